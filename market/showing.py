"""What searches look at: one narrow row a twin, one for each of its tags, its words, and how words are spelt. The database
itself keeps them.

A twin's own row is wide, and its policy and its card are rows of their own: a search that reads three wide rows for
every candidate is many times slower. What is here is copied by triggers in the transaction that changes the original,
so no search is ever behind. Nothing but searches reads it.
"""

from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Text, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlmodel import Field

from core.tables import MaybeCurrency, MaybeMinor, Table, Texts, ref
from market.rights import Medium

MaybeNumber = Annotated[int | None, Field(nullable=True)]

LISTED = text("status = 'LISTED'")


class Shown(Table):
    """What searches see of a twin, with the policy and the card in force. `media` and `forbidden` are sets of bits: of
    the media's numbers less one, and of the industries' numbers. `rates` are in the order of the media; no `factors` at
    all is null. What has one width comes first, for it is the soonest read."""

    twin_id: int
    model_id: int = Field(sa_type=BigInteger)
    floor_minor: MaybeMinor = None
    height_cm: MaybeNumber = None
    bust_cm: MaybeNumber = None
    waist_cm: MaybeNumber = None
    hips_cm: MaybeNumber = None
    media: MaybeNumber = None
    forbidden: MaybeNumber = None
    maximum_days: MaybeNumber = None
    industry_exclusivity_e4: MaybeNumber = None
    total_exclusivity_e4: MaybeNumber = None
    currency: MaybeCurrency = None
    rates: list[int | None] | None = Field(default=None, sa_type=pg.ARRAY(BigInteger), nullable=True)
    territories: MultiRange[int] | None = Field(default=None, sa_type=pg.INT4MULTIRANGE, nullable=True)
    factors: dict[str, Any] | None = Field(default=None, sa_type=pg.JSONB, nullable=True)
    hair_colour: str | None = Field(default=None, nullable=True)
    eye_colour: str | None = Field(default=None, nullable=True)


class Showing(Shown, table=True):
    """A twin, whatever its status."""

    twin_id: int = ref("twin.id", primary_key=True)
    status: str
    name: str
    tags: Texts = []  # noqa: RUF012 - copied for every row
    __table_args__ = (
        sa.Index("showing_newest_idx", "twin_id", postgresql_where=LISTED),
        sa.Index("showing_name_idx", "name", "twin_id", postgresql_where=LISTED),
        sa.Index("showing_tags_idx", "tags", postgresql_using="gin", postgresql_where=LISTED),
        sa.Index("showing_height_cm_idx", "height_cm", postgresql_where=LISTED),
        sa.Index(None, "model_id"),
    )


class Tagged(Shown, table=True):
    """A LISTED twin, once for each of its tags. Partitions by tag keep the rows of one tag on pages that hold little else,
    whatever the order in which twins came; of a twin's own rows every one lies on another page."""

    tag: str = Field(sa_type=Text, primary_key=True)
    twin_id: int = Field(sa_type=BigInteger, primary_key=True)
    __table_args__ = {"postgresql_partition_by": "HASH (tag)"}  # noqa: RUF012 - SQLAlchemy reads it


class Wording(Table, table=True):
    """The words by which a twin is found: A in its name, B in its model's, C in its tags, D in its description."""

    twin_id: int = ref("twin.id", primary_key=True)
    model_id: int = Field(sa_type=BigInteger)
    document: Any = Field(sa_type=pg.TSVECTOR)
    __table_args__ = (sa.Index(None, "document", postgresql_using="gin"), sa.Index(None, "model_id"))


class Spelling(Table, table=True):
    """Every word that a twin or an agency was ever found by, for whoever mistypes one."""

    word: str = Field(sa_type=Text, primary_key=True)
    __table_args__ = (
        sa.Index("spelling_word_trgm_idx", text("word gin_trgm_ops"), postgresql_using="gin"),
        sa.Index("spelling_word_prefix_idx", text("word text_pattern_ops")),
    )


# ------------------------------------------------------------------ kept by the database

FOLDED = r"""create or replace function folded(words text) returns text
  language sql immutable strict parallel safe as $$
  select regexp_replace(regexp_replace(lower(normalize(words, NFKD)), '[\u0300-\u036f]+', '', 'g'),
                        '[!-/:-@\[-`{-~]+', ' ', 'g')
$$"""
"""As `market.search.folded`: small letters, no accents, no punctuation."""

TAG_PARTITIONS = """do $$
  begin
    for n in 0..31 loop
      execute format('create table tagged_%s partition of tagged for values with (modulus 32, remainder %s)', n, n);
    end loop;
  end
$$"""

UNTAG_TWINS = """create or replace function untag_twins(numbers bigint[]) returns void language plpgsql as $$
  declare gone record;
  begin
    for gone in
      select showing.twin_id, tag from showing join twin on twin.id = showing.twin_id, unnest(showing.tags) as tag
       where showing.twin_id = any (numbers) and showing.status = 'LISTED'
         and not (twin.status = 'LISTED' and tag = any (twin.tags))
    loop
      delete from tagged where tagged.tag = gone.tag and tagged.twin_id = gone.twin_id;
    end loop;
  end
$$"""
"""What twins show no more. One row at a time: a tag that is known leads to its partition, several lead to all."""

_COPIED = [name for name in Shown.model_fields if name != "twin_id"]

TAG_TWINS = f"""create or replace function tag_twins(numbers bigint[]) returns void language sql as $$
  insert into tagged (tag, twin_id, {", ".join(_COPIED)})
  select distinct on (twin_id, tag) tag, twin_id, {", ".join(_COPIED)}
    from showing, unnest(tags) as tag
   where twin_id = any (numbers) and status = 'LISTED'
  on conflict (tag, twin_id) do update set ({", ".join(_COPIED)})
    = ({", ".join(f"excluded.{name}" for name in _COPIED)})
$$"""  # noqa: S608 - of names that the code knows

SHOW_TWINS = f"""create or replace function show_twins(numbers bigint[]) returns void language sql as $$
  select untag_twins(numbers);
  insert into showing (twin_id, model_id, status, name, height_cm, bust_cm, waist_cm, hips_cm, hair_colour, eye_colour,
      tags, media, forbidden, maximum_days, territories,
      currency, rates, factors, industry_exclusivity_e4, total_exclusivity_e4, floor_minor)
  select twin.id, twin.model_id, twin.status, twin.name, height_cm, bust_cm, waist_cm, hips_cm, hair_colour, eye_colour,
      tags,
      (select sum(1 << (number - 1))
         from unnest(policy.media) as run, generate_series(lower(run), upper(run) - 1) as number),
      (select coalesce(sum(1 << industry_number(industry)::int), 0)
         from unnest(policy.forbidden_industries) as industry),
      maximum_days, policy.territories, currency,
      (select array_agg((card.rates ->> medium)::bigint order by place)
         from unnest('{{{",".join(Medium)}}}'::text[]) with ordinality as media(medium, place)
        where card.twin_id is not null),
      nullif(card.factors, '{{}}'), industry_exclusivity_e4, total_exclusivity_e4, floor_minor
    from twin
    left join consent_policy as policy on policy.twin_id = twin.id and policy.version = twin.policy_version
    left join rate_card as card on card.twin_id = twin.id and card.version = twin.card_version
   where twin.id = any (numbers)
  on conflict (twin_id) do update set (model_id, status, name, height_cm, bust_cm, waist_cm, hips_cm,
      hair_colour, eye_colour, tags, media, forbidden, maximum_days, territories,
      currency, rates, factors, industry_exclusivity_e4, total_exclusivity_e4, floor_minor)
    = (excluded.model_id, excluded.status, excluded.name, excluded.height_cm, excluded.bust_cm, excluded.waist_cm,
      excluded.hips_cm, excluded.hair_colour, excluded.eye_colour, excluded.tags, excluded.media, excluded.forbidden,
      excluded.maximum_days, excluded.territories, excluded.currency, excluded.rates, excluded.factors,
      excluded.industry_exclusivity_e4, excluded.total_exclusivity_e4, excluded.floor_minor);
  select tag_twins(numbers)
$$"""  # noqa: S608 - of names that the code knows

SPELL = """create or replace function spell(document tsvector) returns void language sql as $$
  insert into spelling select lexeme from unnest(document) where not exists (select from spelling where word = lexeme)
   order by lexeme on conflict do nothing
$$"""
"""In one order, so that two that spell the same new words wait for each other and do not deadlock."""

WORD_TWINS = """create or replace function word_twins(numbers bigint[]) returns void language sql as $$
  with written as (
    insert into wording
    select twin.id, twin.model_id,
           setweight(to_tsvector('simple', folded(twin.name)), 'A')
        || setweight(to_tsvector('simple', folded(party.name)), 'B')
        || setweight(to_tsvector('simple', folded(array_to_string(twin.tags, ' '))), 'C')
        || setweight(to_tsvector('simple', folded(twin.description)), 'D')
      from twin join party on party.id = twin.model_id
     where twin.id = any (numbers)
    on conflict (twin_id) do update set model_id = excluded.model_id, document = excluded.document
    returning document
  ), words as (select distinct lexeme from written, unnest(document))
  insert into spelling select lexeme from words where not exists (select from spelling where word = lexeme)
   order by lexeme on conflict do nothing
$$"""

TWIN_CHANGED = """create or replace function twin_changed() returns trigger language plpgsql as $$
  begin
    perform show_twins(array[new.id]);
    if tg_op = 'INSERT' or (new.model_id, new.name, new.tags, new.description)
        is distinct from (old.model_id, old.name, old.tags, old.description) then
      perform word_twins(array[new.id]);
    end if;
    return null;
  end
$$"""

TERMS_CHANGED = """create or replace function terms_changed() returns trigger language plpgsql as $$
  begin
    perform show_twins(array[new.twin_id]);
    return null;
  end
$$"""

PARTY_NAMED = """create or replace function party_named() returns trigger language plpgsql as $$
  begin
    if new.kind = 'AGENCY' then
      perform spell(to_tsvector('simple', folded(new.name)));
    elsif tg_op = 'UPDATE' then
      perform word_twins(array(select id from twin where model_id = new.id));
    end if;
    return null;
  end
$$"""

FUNCTIONS = (UNTAG_TWINS, TAG_TWINS, SHOW_TWINS, SPELL, WORD_TWINS, TWIN_CHANGED, TERMS_CHANGED, PARTY_NAMED)

TRIGGERS = (
    "create trigger twin_changed after insert or update on twin for each row execute function twin_changed()",
    "create trigger consent_policy_set after insert on consent_policy for each row execute function terms_changed()",
    "create trigger rate_card_set after insert on rate_card for each row execute function terms_changed()",
    "create trigger party_named after insert or update of name on party for each row execute function party_named()",
)
"""A version comes before or after the twin that names it, as the session flushes them: either shows the twin."""


def _told(when: str, command: str) -> None:
    sa.event.listen(Table.metadata, when, sa.DDL(command.replace("%", "%%")))  # type: ignore[no-untyped-call]


for command in ("create extension if not exists pg_trgm", FOLDED):
    _told("before_create", command)
for command in (TAG_PARTITIONS, *FUNCTIONS, *TRIGGERS):
    _told("after_create", command)
