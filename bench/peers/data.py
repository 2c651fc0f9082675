"""The market that the peers share: built once for a size, kept under `var/`, and built anew when what made it has changed.

`--scale 1` is 100,000 twins, a million licences, 200,000 bids on 2,000 OPEN listings of one agency's models, 1,000 listings
that wait for bids, and as many again of which one at a time is hot.
"""

import asyncio
import fcntl
import hashlib
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bench import crowd
from market import territories
from market.rights import Medium
from market.showing import Tagged
from market.store import prices
from market.store.rights import countries_of
from market.tables import Listing
from payments.regions import PAYABLE
from server import migrations, revisions
from server.auth import digest
from server.postgres import FAST, Postgres

HERE = Path(__file__).parent
KEPT = HERE.parent.parent / "var" / "peers"
MEMORY = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
}
PLACES = ("SE", "DE", "FR", "GB", "US", "JP", "NORDICS", "DACH", "EU", "EUROPE")
"""Where brands ask; each may hold several names of `market.territories`."""

BIDDERS = 32
MODELS = 100
"""Whom the agency represents that asks for its listings."""
WAITING = 1_000
BIDS_A_LISTING = 100
STARTING_MINOR = 5_000


@dataclass(frozen=True, slots=True)
class Size:
    twins: int
    licences: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        return cls(max(2_000, int(100_000 * scale)), max(2_000, int(1_000_000 * scale)))

    @property
    def models(self) -> int:
        return max(1, self.twins * 4 // 5)

    @property
    def agency_id(self) -> int:
        return self.models + 1

    @property
    def agencies(self) -> int:
        return max(3, self.twins // 2000)

    @property
    def brands(self) -> int:
        return max(5, self.twins // 1000)

    @property
    def brand_ids(self) -> range:
        first = self.models + self.agencies + 1
        return range(first, first + self.brands)

    @property
    def bidders(self) -> range:
        return self.brand_ids[:BIDDERS]

    @property
    def listings(self) -> range:
        """Those with bids."""
        return range(1, max(20, self.twins // 50) + 1)

    @property
    def waiting(self) -> range:
        return range(self.listings.stop, self.listings.stop + WAITING)

    @property
    def hot(self) -> range:
        return range(self.waiting.stop, self.waiting.stop + WAITING)

    @property
    def folder(self) -> Path:
        """Of the crowd alone, named after what makes it; it is migrated as a market that grew is."""
        return KEPT / f"{self.twins}-{self.licences}-{_digest(Path(crowd.__file__))}"

    @property
    def database(self) -> str:
        """With all that the peers need."""
        return f"peers_{revisions.head()}_{_digest(Path(__file__), HERE / 'peers.sql')}"


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(each.read_bytes() for each in sorted(files))).hexdigest()[:8]


def key_of(party_id: int) -> str:
    """The API key of a party of this market, which is for nothing else."""
    return f"tm_{party_id:08x}_{hashlib.sha256(f'peers {party_id}'.encode()).hexdigest()[:43]}"


@contextmanager
def market(size: Size) -> Iterator[tuple[Postgres, str]]:
    """A running PostgreSQL, durable as in production, and the address of the database in it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "build.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        _build(size)
        postgres = Postgres(size.folder / "postgres", settings=MEMORY).start()
        try:
            migrations.upgrade(postgres.url())
            asyncio.run(_furnished(postgres, size))
        except BaseException:
            postgres.stop()
            raise
    try:
        yield postgres, postgres.url(size.database)
    finally:
        postgres.stop()


def _build(size: Size) -> None:
    stamp = size.folder / "made"
    if not stamp.exists():
        shutil.rmtree(size.folder, ignore_errors=True)
        with Postgres(size.folder / "postgres", settings=FAST | MEMORY) as postgres:
            began = time.perf_counter()
            migrations.upgrade(postgres.url())
            asyncio.run(_gather(postgres.url(), size))
            print(f"{size.twins:,} twins, {size.licences:,} licences made in {time.perf_counter() - began:.0f} s")
        stamp.touch()


async def _gather(url: str, size: Size) -> None:
    engine = create_async_engine(url)
    await crowd.gather(engine, size.twins, size.licences)
    await engine.dispose()


async def _furnished(postgres: Postgres, size: Size) -> None:
    """A copy of the crowd's database, with what the peers need; any older copy is dropped."""
    engine = create_async_engine(postgres.url("template1"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        copies = sa.text("select datname, (select count(*) from pg_stat_activity a where a.datname = d.datname)"
                         " from pg_database d where datname like 'peers_%'")  # fmt: skip
        found = dict((await connection.execute(copies)).all())
        for name in [each for each, used in found.items() if each != size.database and not used]:
            await connection.execute(sa.text(f"drop database {name} (force)"))
        if size.database not in found:
            await connection.execute(sa.text("drop database if exists half"))
            await connection.execute(sa.text("create database half template postgres strategy file_copy"))
            made = create_async_engine(postgres.url("half"))
            await furnish(made, size)
            await made.dispose()
            await connection.execute(sa.text(f"alter database half rename to {size.database}"))
    await engine.dispose()


async def furnish(engine: AsyncEngine, size: Size) -> None:
    """What the crowd lacks: the peers' functions, keys, payment methods, listings and bids on them."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql("set local session_replication_role = replica")
        for command in (*_functions(), HIDDEN, *_parties(size), *_listings(size)):
            await connection.exec_driver_sql(command)
        await _keys(connection, size)
        await _name_places(connection)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(sa.text("vacuum (analyze) party, mandate, listing, bid, payer, api_key, place_names"))


def _functions() -> Sequence[str]:
    """The statements of peers.sql."""
    countries = {place: territories.expand([place]) for place in PLACES}
    weights = " ".join(f"when '{place}' then {prices._weight(each, Tagged).name}" for place, each in countries.items())
    within = " ".join(f"when '{place}' then '{crowd.numbers(place)}'::int4multirange" for place in PLACES)
    text = (HERE / "peers.sql").read_text()
    given = {
        "media": crowd.texts(Medium),
        "weights": weights,
        "territories": within,
        "payable": crowd.texts(sorted(PAYABLE)),
    }
    for name, value in given.items():
        text = text.replace(f"{{{name}}}", value)
    return _statements(text)


HIDDEN = """do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public' and tablename not in
        ('party', 'mandate', 'twin', 'consent_policy', 'rate_card', 'listing', 'bid', 'licence')
    loop execute format('comment on table %I is %L', name, '@behavior -*'); end loop; end $$"""
"""PostGraphile gives two columns of other tables one name, and then shows no table at all."""


def _statements(text: str) -> list[str]:
    """Split at semicolons outside of $$ bodies."""
    found, body = [""], False
    for line in text.splitlines():
        found[-1] += line + "\n"
        body ^= line.count("$$") % 2 == 1
        if not body and line.rstrip().endswith(";"):
            found.append("")
    return [each for each in found if each.strip()]


def _parties(size: Size) -> Sequence[str]:
    represented = min(MODELS, size.models)
    return (
        "insert into payer (id, payment_method_id, payment_method_label, attempt)"
        " select id, 'pm_' || id, 'Visa 4242', 1 from party where kind = 'BRAND'",
        f"update mandate set agency_id = agency_id + 1 where agency_id = {size.agency_id}",
        f"delete from mandate where model_id <= {represented}",
        f"""insert into mandate (model_id, agency_id, status, commission_bps, territories, days)
            select n, {size.agency_id}, 'ACTIVE', 1500, '{crowd.PLACES[0]}', daterange(current_date - 100, current_date + 600)
              from generate_series(1, {represented}) n""",
    )


def _listings(size: Size) -> Sequence[str]:
    """All offer thirty days that nobody has licensed, in one medium and country to which the model consents."""
    offered = """insert into listing (media, territories, industry, days, exclusivity, twin_id, format, currency, starting_minor,
                   opens_at, closes_at, soft_close_seconds, reserve_met, bid_count)
            select int4multirange(int4range(lower(media), lower(media) + 1)),
                   int4multirange(int4range(lower(territories), lower(territories) + 1)),
                   (select each from unnest({industries}) each where each <> all (forbidden_industries) limit 1),
                   daterange(current_date + 700, current_date + 730), 'NON_EXCLUSIVE', twin_id, 'OPEN', 'EUR', {starting},
                   clock() - interval '2 days', clock() + interval '300 days', 120, true, 0
              from (select row_number() over (order by t.id) - 1 as place, count(*) over () as many, p.*
                      from twin t join consent_policy p on p.twin_id = t.id and p.version = t.policy_version
                     where t.status = 'LISTED' and {which}) twins
              join generate_series(0, {count} - 1) n on n % many = place
             order by n"""
    industries = crowd.texts(crowd.INDUSTRIES)
    make = lambda which, count: offered.format(industries=industries, starting=STARTING_MINOR, which=which, count=count)
    bids = min(BIDS_A_LISTING, size.brands)
    return (
        make(f"t.model_id <= {MODELS}", len(size.listings)),
        make(f"t.model_id > {MODELS}", len(size.waiting) + len(size.hot)),
        f"""insert into bid (media, territories, industry, days, exclusivity, twin_id, listing_id, brand_id, twin_version, currency,
                   amount_minor, maximum_minor, intended_use, status, created_at, placed_at)
            select media, territories, industry, days, exclusivity, twin_id, l.id, {size.brand_ids.start} + n, 1, currency,
                   {STARTING_MINOR} + 900 * n, {STARTING_MINOR} + 900 * n, 'Spring campaign number ' || n, 'PENDING',
                   clock() - (200 - n) * interval '1 minute', clock() - (200 - n) * interval '1 minute'
              from listing l, generate_series(0, {bids - 1}) n where l.id < {size.listings.stop} order by l.id, n""",
        f"""update listing l set bid_count = {bids}, leading_bid_id = b.id, current_minor = b.amount_minor
              from bid b where b.listing_id = l.id and b.brand_id = {size.brand_ids[bids - 1]}""",
    )


async def _keys(connection: AsyncConnection, size: Size) -> None:
    made = sa.text("insert into api_key (party_id, name, prefix, secret_hash, scopes)"
                   " values (:party, 'peers', :prefix, :digest, '{READ,BID}')")  # fmt: skip
    for party in (size.agency_id, *size.bidders):
        key = key_of(party)
        await connection.execute(made, {"party": party, "prefix": key[:11], "digest": digest(key)})


async def _name_places(connection: AsyncConnection) -> None:
    found = (await connection.execute(sa.select(Listing.territories).distinct())).scalars().all()  # type: ignore[call-overload]
    for each in found:
        names = list(territories.shortest(countries_of(each)))
        insert = sa.text("insert into place_names values (:places, :names)").bindparams(
            sa.bindparam("places", type_=Listing.__table__.c.territories.type)  # type: ignore[attr-defined]
        )
        await connection.execute(insert, {"places": each, "names": names})


def reset(size: Size) -> Sequence[str]:
    """The statements that make the listings as they were before anybody bid."""
    mine = f"between {size.waiting.start} and {size.hot[-1]}"
    return (
        f"delete from bid where listing_id {mine}",
        f"update listing set leading_bid_id = null, current_minor = null, bid_count = 0, reserve_met = true where id {mine}"
        " and leading_bid_id is not null",
        "truncate activity",
        "vacuum (analyze) listing, bid",
    )
