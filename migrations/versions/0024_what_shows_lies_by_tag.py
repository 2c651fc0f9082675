"""What shows of a twin is kept once more for each of its tags, in partitions by tag: the candidates of a search lie together.

Revision 0024, after 0023.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
    """create table tagged (
  tag text not null,
  twin_id bigint not null,
  model_id bigint not null,
  floor_minor bigint,
  height_cm integer,
  bust_cm integer,
  waist_cm integer,
  hips_cm integer,
  media integer,
  forbidden integer,
  maximum_days integer,
  industry_exclusivity_e4 integer,
  total_exclusivity_e4 integer,
  currency char(3),
  rates bigint[],
  territories int4multirange,
  factors jsonb,
  hair_colour varchar,
  eye_colour varchar,
  constraint tagged_pkey primary key (tag, twin_id)
) partition by hash (tag)""",
    """do $$
  begin
    for n in 0..31 loop
      execute format('create table tagged_%s partition of tagged for values with (modulus 32, remainder %s)', n, n);
    end loop;
  end
$$""",
    """create or replace function untag_twins(numbers bigint[]) returns void language plpgsql as $$
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
$$""",
    """create or replace function tag_twins(numbers bigint[]) returns void language sql as $$
  insert into tagged (tag, twin_id, model_id, floor_minor, height_cm, bust_cm, waist_cm, hips_cm, media, forbidden, maximum_days, industry_exclusivity_e4, total_exclusivity_e4, currency, rates, territories, factors, hair_colour, eye_colour)
  select distinct on (twin_id, tag) tag, twin_id, model_id, floor_minor, height_cm, bust_cm, waist_cm, hips_cm, media, forbidden, maximum_days, industry_exclusivity_e4, total_exclusivity_e4, currency, rates, territories, factors, hair_colour, eye_colour
    from showing, unnest(tags) as tag
   where twin_id = any (numbers) and status = 'LISTED'
  on conflict (tag, twin_id) do update set (model_id, floor_minor, height_cm, bust_cm, waist_cm, hips_cm, media, forbidden, maximum_days, industry_exclusivity_e4, total_exclusivity_e4, currency, rates, territories, factors, hair_colour, eye_colour)
    = (excluded.model_id, excluded.floor_minor, excluded.height_cm, excluded.bust_cm, excluded.waist_cm, excluded.hips_cm, excluded.media, excluded.forbidden, excluded.maximum_days, excluded.industry_exclusivity_e4, excluded.total_exclusivity_e4, excluded.currency, excluded.rates, excluded.territories, excluded.factors, excluded.hair_colour, excluded.eye_colour)
$$""",  # noqa: E501
    """create or replace function show_twins(numbers bigint[]) returns void language sql as $$
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
         from unnest('{SOCIAL_ORGANIC,SOCIAL_PAID,ECOMMERCE,BRAND_WEBSITE,EMAIL,DIGITAL_DISPLAY,ONLINE_VIDEO,TELEVISION,CINEMA,PRINT_EDITORIAL,PRINT_ADVERTISING,OUT_OF_HOME,IN_STORE,PACKAGING,LOOKBOOK,INTERNAL}'::text[]) with ordinality as media(medium, place)
        where card.twin_id is not null),
      nullif(card.factors, '{}'), industry_exclusivity_e4, total_exclusivity_e4, floor_minor
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
$$""",
    "select tag_twins(array(select twin_id from showing where status = 'LISTED'))",
)  # fmt: skip


def upgrade() -> None:
    for command in COMMANDS:
        op.execute(command)
