"""A believable market of any size, straight into the tables by bulk SQL: models, twins, policies, rate cards, mandates, licences.

Constraints stay on, the exclusion constraint included; triggers and foreign keys rest while rows are poured in (that needs a
superuser), plain indexes are dropped and built anew, and what searches look at is filled by the database's own functions.
"""

import time

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from market.rights import Exclusivity, Industry, Medium
from market.territories import expand, to_ranges
from payments.tables import Payer

FIRST = ["Ada", "Alma", "Amara", "Anouk", "Astrid", "Bao", "Bianca", "Celeste", "Chiara", "Dalia", "Ebba", "Elif", "Esme", "Fatou", "Freya", "Gaia", "Hana", "Ines", "Ingrid", "Iris", "Jun", "Kaia", "Leila", "Linnea", "Luz", "Mei", "Mila", "Naomi", "Nour", "Odile", "Petra", "Priya", "Rosa", "Saga", "Sanna", "Siri", "Soraya", "Tove", "Uma", "Vera", "Wren", "Xia", "Yara", "Zoë", "Åsa"]  # fmt: skip
LAST = ["Almeida", "Andersson", "Bakker", "Bianchi", "Chen", "Costa", "Diallo", "Dubois", "Eriksen", "Ferrari", "Fischer", "Garcia", "Hansen", "Ito", "Jansen", "Kaur", "Keller", "Kim", "Kowalska", "Larsen", "Lindqvist", "Lopez", "Moreau", "Mensah", "Nakamura", "Nguyen", "Novak", "Okafor", "Olsen", "Park", "Petrova", "Quist", "Rossi", "Sandberg", "Santos", "Sato", "Silva", "Svensson", "Tanaka", "Torres", "Virtanen", "Wagner", "Weber", "Yilmaz", "Öberg"]  # fmt: skip
SUBJECTS = [
    "in motion",
    "at rest",
    "in studio",
    "outdoors",
    "in winter",
    "by the sea",
    "in colour",
    "at night",
    "in denim",
    "in couture",
]
TAGS = ["editorial", "runway", "commercial", "natural", "athletic", "freckles", "ballet", "dance", "yoga", "surf", "vintage", "tattoos", "curls", "freestyle", "boxing", "climbing", "hands", "feet", "profile", "smile", "mature", "plus", "petite", "tall", "androgynous", "avant-garde", "bridal", "streetwear", "sportswear", "swimwear", "lingerie", "knitwear", "denim", "couture", "eyewear", "jewellery", "skincare", "haircare", "fragrance", "makeup", "vegan", "cycling", "skating", "tennis", "football", "music", "acting", "voice", "travel", "family"]  # fmt: skip
SENTENCES = (
    "Calm light, long lines.", "Trained dancer with a quiet face.", "Strong in movement and in stills.", "A warm smile for family brands.",
    "Works in Paris, Milan and Stockholm.", "Sharp tailoring, soft expression.", "Scanned in the studio under even light.",
    "Comfortable with sport and with couture.", "Known from winter campaigns.", "Captured twice a year.", "Speaks Swedish, English and French.",
)  # fmt: skip
HAIR = ["black", "brown", "blonde", "auburn", "red", "grey", "silver", "copper"]
EYES = ["brown", "blue", "green", "hazel", "grey", "amber"]
INDUSTRIES = tuple(Industry)[:24]


def numbers(names: str) -> str:
    """As a multirange, in SQL."""
    return "{" + ",".join(f"[{low},{high})" for low, high in to_ranges(expand(names.split()))) + "}"


PLACES = tuple(
    numbers(names)
    for names in ("WORLD", "WORLD", "EUROPE", "EU", "EUROPE NORTH_AMERICA", "NORDICS DACH", "EMEA", "ASIA OCEANIA", "US CA")
)  # fmt: skip
SOLD_IN = tuple(
    numbers(names)
    for names in ("SE", "NORDICS", "DE", "DACH", "FR", "GB", "US", "JP", "EU", "EUROPE", "WORLD", "ES PT", "KR CN")
)
FACTORS = ('{"SE": 12000}', '{"NORDICS": 18000}', '{"DE": 15000, "DACH": 30000}', '{"EUROPE": 90000, "FR": 11000}', '{"WORLD": 200000, "US": 22000, "JP": 16000}')  # fmt: skip
TABLES = ("party", "twin", "consent_policy", "rate_card", "mandate", "bid", "licence", "showing", "wording", "spelling")


def texts(values: object) -> str:
    """As an array, in SQL."""
    quoted = ",".join("'" + str(each).replace("'", "''") + "'" for each in values)  # type: ignore[attr-defined]
    return f"(array[{quoted}])"


def any_of(values: tuple[str, ...] | list[str], dice: str = "random()") -> str:
    """One of them, in SQL, thrown anew for every row."""
    return f"{texts(values)}[1 + floor({dice} * {len(values)})::int]"


def commands(twins: int, licences: int) -> dict[str, str]:
    models, agencies, brands = max(1, twins * 4 // 5), max(3, twins // 2000), max(5, twins // 1000)
    media = ", ".join(
        f"'{each}', case when random() < 0.85 then (10 + floor(random() * random() * 90))::bigint * 1000 end"
        for each in Medium
    )
    return {
        "party": f"""insert into party (kind, handle, name, country, industry)
            select case when n <= {models} then 'MODEL' when n <= {models + agencies} then 'AGENCY' else 'BRAND' end, 'party-' || n,
                   case when n <= {models} then {any_of(FIRST)} || ' ' || {any_of(LAST)}
                        when n <= {models + agencies} then {any_of(LAST)} || ' Models ' || n else {any_of(LAST)} || ' ' || n end,
                   'SE', case when n > {models + agencies} then {any_of(INDUSTRIES)} end
              from generate_series(1, {models + agencies + brands}) n""",
        "mandate": f"""insert into mandate (model_id, agency_id, status, commission_bps, territories, days)
            select n, {models} + 1 + floor(random() * {agencies})::int, 'ACTIVE', 1500, '{PLACES[0]}',
                   daterange(current_date - 100, current_date + 600) from generate_series(1, {models}) n where random() < 0.6""",
        "twin": f"""insert into twin (model_id, handle, name, status, version, description, height_cm, bust_cm, waist_cm, hips_cm, hair_colour,
                   eye_colour, tags, preview_urls, policy_version, card_version)
            select 1 + floor(random() * {models})::int, 'twin-' || n, {any_of(FIRST)} || ' ' || {any_of(SUBJECTS)},
                   case when random() < 0.6 then 'LISTED' else {any_of(["DRAFT", "PAUSED", "RETIRED"])} end, 1,
                   {" || ' ' || ".join([any_of(SENTENCES)] * 3)},
                   (158 + (random() + random() + random()) * 12)::int, 78 + floor(random() * 20)::int, 58 + floor(random() * 20)::int,
                   84 + floor(random() * 20)::int, {any_of(HAIR)}, {any_of(EYES)},
                   (select array_agg(distinct {texts(TAGS)}[1 + floor(power(random(), 1.7) * {len(TAGS)})::int])
                      from generate_series(1, 2 + n % 5)),
                   array['https://img.example/' || n || '.jpg'], 1, 1
              from generate_series(1, {twins}) n""",
        "consent_policy": f"""insert into consent_policy
            select n, 1, case when random() < 0.7 then '{{[1,17)}}' else {any_of(["{[1,10)}", "{[1,7),[10,16)}", "{[3,17)}"])} end::int4multirange,
                   (select coalesce(array_agg(distinct {any_of(INDUSTRIES)}), '{{}}') from generate_series(1, n % 4)),
                   {any_of(PLACES)}::int4multirange, 90 + floor(random() * 640)::int, true, false, '{{}}', clock(), 'crowd'
              from generate_series(1, {twins}) n""",
        "rate_card": f"""insert into rate_card
            select n, 1, case when random() < 0.75 then 'EUR' else {any_of(["USD", "GBP", "SEK"])} end,
                   jsonb_strip_nulls(jsonb_build_object({media})), case when random() < 0.3 then {any_of(FACTORS)} else '{{}}' end::jsonb,
                   15000, 30000, 5000, clock(), 'crowd' from generate_series(1, {twins}) n""",
        "bid": f"""insert into bid (media, territories, industry, days, exclusivity, twin_id, brand_id, currency, amount_minor, intended_use,
                   status, placed_at)
            select int4multirange(int4range(m, m + 1 + n % 3)), {any_of(SOLD_IN)}::int4multirange, {any_of(INDUSTRIES)},
                   daterange(d, d + 14 + n % 200), {any_of([*Exclusivity][:1] * 4 + [*Exclusivity])},
                   1 + floor(random() * {twins})::int, {models + agencies} + 1 + floor(random() * {brands})::int, 'EUR', 100000,
                   'A campaign.', 'ACCEPTED', clock()
              from (select n, 1 + floor(random() * 14)::int m, current_date - 400 + floor(random() * 800)::int d
                      from generate_series(1, {licences}) n) dice""",
        "licence": """insert into licence (media, territories, industry, days, exclusivity, bid_id, twin_id, twin_version, brand_id, model_id,
                   currency, price_minor, policy_version, card_version, status, payment_due_at)
            select media, territories, industry, days, exclusivity, bid.id, twin_id, 1, brand_id, twin.model_id, 'EUR', amount_minor, 1, 1,
                   case when upper(days) <= current_date then 'ENDED'
                        else (array['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'AWAITING_PAYMENT', 'SUSPENDED', 'TERMINATED', 'LAPSED'])
                             [1 + floor(random() * 8)::int] end, clock()
              from bid join twin on twin.id = bid.twin_id
            on conflict on constraint licence_no_conflict do nothing""",
        "spelling": "select spell(to_tsvector('simple', string_agg(folded(name), ' '))) from party where kind = 'AGENCY'",
    }  # fmt: skip


SHOWN_AT_ONCE = 50_000


async def gather(engine: AsyncEngine, twins: int, licences: int) -> dict[str, float]:
    """How many seconds each table took."""
    assert Payer.__table__ is not None  # type: ignore[attr-defined]  # a migrated database has every room's tables
    took: dict[str, float] = {}
    async with engine.begin() as connection:
        for setting in ("session_replication_role = replica", "maintenance_work_mem = '512MB'", "work_mem = '256MB'"):
            await connection.execute(sa.text(f"set local {setting}"))
        await connection.execute(sa.text("select setseed(0.42)"))
        indexes = await _drop_indexes(connection)
        for table, command in commands(twins, licences).items():
            if table == "spelling":
                for function in ("show_twins", "word_twins"):
                    began = time.perf_counter()
                    await _show(connection, function, twins)
                    took[function] = time.perf_counter() - began
            began = time.perf_counter()
            await connection.exec_driver_sql(command)
            took[table] = time.perf_counter() - began
        began = time.perf_counter()
        for index in indexes:
            await connection.exec_driver_sql(index)
        took["indexes"] = time.perf_counter() - began
    began = time.perf_counter()
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(sa.text(f"vacuum (analyze) {', '.join(TABLES)}, tagged"))
    took["vacuum"] = time.perf_counter() - began
    return took


async def _show(connection: AsyncConnection, function: str, twins: int) -> None:
    for first in range(1, twins + 1, SHOWN_AT_ONCE):
        numbers = f"array(select generate_series({first}, {min(twins, first + SHOWN_AT_ONCE - 1)})::bigint)"
        await connection.exec_driver_sql(f"select {function}({numbers})")


async def _drop_indexes(connection: AsyncConnection) -> list[str]:
    """Those of no constraint; the commands that make them again."""
    plain = sa.text("""
        select indexname, indexdef from pg_indexes
         where schemaname = 'public' and tablename = any (:tables)
           and not exists (select from pg_constraint where conindid = (quote_ident(indexname))::regclass)
    """)
    found = (await connection.execute(plain, {"tables": list(TABLES)})).all()
    for name, _ in found:
        await connection.exec_driver_sql(f"drop index {name}")
    return [definition for _, definition in found]
