"""The limit: a bare ASGI route that hands out, as bytes, the JSON that PostgreSQL makes of the same statements.

It parses no GraphQL, asks nobody who he is, and seals nothing. `uvicorn bench.peers.limit:app`, with DATABASE_URL.
"""

import os
from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from typing import Any

import asyncpg
import orjson

from bench import crowd
from bench.peers.questions import USE
from market import territories
from market.rights import Medium
from market.showing import Tagged
from market.store import prices

SETTINGS = {"jit": "off", "application_name": "limit"}


def _amount(minor: str) -> str:
    return f"json_build_object('amount', ({minor} * 0.01)::text, 'currency', {{currency}})"


def amount(minor: str, currency: str) -> str:
    """Null where the minor units are."""
    return f"case when {minor} is not null then {_amount(minor).format(currency=currency)} end"


IN_FORCE = "m.status = 'ACTIVE' and m.days @> (clock() at time zone 'UTC')::date"
AGENCY = f"""(select json_build_object('id', p.id, 'name', p.name) from mandate m join party p on p.id = m.agency_id
               where m.model_id = t.model_id and {IN_FORCE} order by m.id limit 1)"""
RATES = f"""(select json_agg(json_build_object('medium', ({crowd.texts(Medium)})[n], 'per30Days',
                      {amount("each", "s.currency")}) order by n)
               from unnest(s.rates) with ordinality rates(each, n) where each is not null)"""
FLOOR = amount("s.floor_minor", "s.currency")


@cache
def page_statement(place: str) -> str:
    """The conditions of `available_twins`, with the place's weight as a constant."""
    countries = territories.expand([place])
    within = f"'{crowd.numbers(place)}'::int4multirange"
    return f"""
        with found as (
            select tagged.twin_id from tagged
             where tagged.tag = $9
               and coalesce(tagged.media & (1 << ($1 - 1)) <> 0 and tagged.forbidden & (1 << industry_number($2)::int) = 0
                            and tagged.maximum_days >= $4::date - $3::date + 1 and tagged.territories @> {within}, false)
               and tagged.currency = $6
               and coalesce(tagged.rates[$1] is not null and greatest(div(2 * tagged.rates[$1]::numeric * {prices._weight(countries, Tagged).name} * ($4::date - $3::date + 1)
                                         * (case $5::text when 'NON_EXCLUSIVE' then 10000 when 'INDUSTRY' then tagged.industry_exclusivity_e4
                                            else tagged.total_exclusivity_e4 end) + 3000000000, 6000000000),
                                     tagged.floor_minor) <= $7::bigint, false)
               and not exists (
                   select 1 from licence
                    where licence.twin_id = tagged.twin_id and licence.status in ('AWAITING_PAYMENT', 'ACTIVE', 'SUSPENDED')
                      and licence.media && int4multirange(int4range($1, $1 + 1)) and licence.territories && {within}
                      and licence.days && daterange($3, $4, '[]')
                      and ($5 = 'TOTAL' or licence.exclusivity = 'TOTAL'
                           or licence.industry = $2 and ($5 = 'INDUSTRY' or licence.exclusivity = 'INDUSTRY')) offset 0)
             order by tagged.twin_id desc limit $8 + 1)
        select json_build_object('twins', json_build_object(
            'edges', coalesce(json_agg(json_build_object('cursor', t.id::text, 'node', json_build_object(
                'id', t.id, 'handle', t.handle, 'name', t.name, 'heightCm', t.height_cm, 'tags', t.tags,
                'previewUrls', t.preview_urls, 'agency', {AGENCY},
                'rateCard', json_build_object('currency', s.currency, 'rates', {RATES}, 'floor', {FLOOR})))
                order by t.id desc) filter (where place <= $8), '[]'),
            'pageInfo', json_build_object('hasNextPage', count(*) > $8,
                                          'endCursor', (min(t.id) filter (where place <= $8))::text)))::text
          from (select twin_id, row_number() over (order by twin_id desc) as place from found) f
          join twin t on t.id = f.twin_id join showing s on s.twin_id = f.twin_id"""


MEDIA = "(select json_agg(({media})[n] order by n) from unnest({numbers}) r, generate_series(lower(r), upper(r) - 1) n)"
STATUS = """case when l.outcome is not null then l.outcome when l.opens_at > clock() then 'SCHEDULED'
                 when l.closes_at > clock() then 'OPEN' else 'CLOSED' end"""

TWIN_STATEMENT = f"""
    select json_build_object('twin', json_build_object(
        'id', t.id, 'handle', t.handle, 'name', t.name, 'status', t.status, 'description', t.description,
        'heightCm', t.height_cm, 'bustCm', t.bust_cm, 'waistCm', t.waist_cm, 'hipsCm', t.hips_cm,
        'hairColour', t.hair_colour, 'eyeColour', t.eye_colour, 'tags', t.tags, 'previewUrls', t.preview_urls,
        'model', json_build_object('id', model.id, 'name', model.name, 'country', model.country, 'mandate',
            (select json_build_object('commissionBasisPoints', m.commission_bps,
                                      'agency', json_build_object('id', p.id, 'name', p.name, 'country', p.country))
               from mandate m join party p on p.id = m.agency_id where m.model_id = t.model_id and {IN_FORCE} order by m.id limit 1)),
        'consentPolicy', json_build_object('version', p.version, 'media', {MEDIA.format(media=crowd.texts(Medium), numbers="p.media")},
            'forbiddenIndustries', p.forbidden_industries, 'maximumDays', p.maximum_days, 'restrictions', p.restrictions),
        'rateCard', json_build_object('version', t.card_version, 'currency', s.currency, 'rates', {RATES}, 'floor', {FLOOR}),
        'listings', json_build_object('nodes', coalesce((
            select json_agg(json_build_object('id', l.id, 'status', {STATUS}, 'startingPrice', {amount("l.starting_minor", "l.currency")},
                'currentPrice', {amount("l.current_minor", "l.currency")}, 'bidCount', l.bid_count, 'closesAt', l.closes_at) order by l.id desc)
              from (select * from listing where listing.twin_id = t.id order by listing.id desc limit 5) l), '[]'))))::text
      from twin t join party model on model.id = t.model_id join showing s on s.twin_id = t.id
      join consent_policy p on p.twin_id = t.id and p.version = t.policy_version
     where t.handle = $1"""

LISTING_STATEMENT = f"""
    select json_build_object('node', json_build_object(
        'id', l.id, 'status', {STATUS}, 'format', l.format, 'rights', json_build_object(
            'media', {MEDIA.format(media=crowd.texts(Medium), numbers="l.media")},
            'territories', (select names from place_names where territories = l.territories), 'industry', l.industry,
            'startsOn', lower(l.days), 'endsOn', upper(l.days) - 1, 'exclusivity', l.exclusivity),
        'startingPrice', {amount("l.starting_minor", "l.currency")}, 'currentPrice', {amount("l.current_minor", "l.currency")},
        'minimumBid', {amount("listing_minimum_minor(l)", "l.currency")}, 'reserveMet', l.reserve_met, 'bidCount', l.bid_count,
        'closesAt', l.closes_at, 'twin', (select json_build_object('id', t.id, 'name', t.name) from twin t where t.id = l.twin_id),
        'bids', (select json_build_object(
            'edges', coalesce(json_agg(json_build_object('cursor', b.id::text, 'node', json_build_object(
                'id', b.id, 'amount', {amount("b.amount_minor", "b.currency")},
                'status', case when b.status in ('PENDING', 'COUNTERED') and b.expires_at <= clock() then 'EXPIRED' else b.status end,
                'leading', l.leading_bid_id is not distinct from b.id, 'intendedUse', b.intended_use, 'createdAt', b.created_at,
                'brand', json_build_object('id', brand.id, 'name', brand.name, 'industry', brand.industry)))
                order by b.id desc) filter (where place <= $2), '[]'),
            'pageInfo', json_build_object('hasNextPage', count(*) > $2, 'endCursor', (min(b.id) filter (where place <= $2))::text))
          from (select *, row_number() over (order by id desc) as place from bid
                 where bid.listing_id = l.id order by bid.id desc limit $2 + 1) b
          join party brand on brand.id = b.brand_id)))::text
      from listing l where l.id = $1"""

BID_STATEMENT = f"""
    select json_build_object('placeBid', case
        when b.code is null then json_build_object('__typename', 'BidPlaced', 'bid', json_build_object(
            'id', b.bid_id, 'amount', {amount("b.amount_minor", "b.currency")}, 'status', b.status, 'createdAt', b.created_at))
        when b.code = 'BID_TOO_LOW' then json_build_object('__typename', 'BidTooLow', 'code', b.code, 'message', b.message,
            'minimum', {amount("b.minimum_minor", "b.currency")})
        else json_build_object('__typename', 'UserError', 'code', b.code, 'message', b.message) end)::text
      from place_bid($1, $2, $3, 'EUR', $4) b"""


class Limit:
    """Everything is planned once, as ours is. Connections are not reset when they are handed back."""

    reads: asyncpg.Pool

    async def open(self) -> None:
        url, size = os.environ["DATABASE_URL"], int(os.environ.get("POOL", "10"))
        common = {"min_size": size, "max_size": size, "max_inactive_connection_lifetime": 0, "reset": _leave}
        self.reads = await asyncpg.create_pool(
            url, server_settings=SETTINGS | {"plan_cache_mode": "force_generic_plan"}, **common
        )

    async def answer(self, asked: dict[str, Any]) -> str:
        match asked["operation"]:
            case "Page":
                days = date.fromisoformat(asked["startsOn"]), date.fromisoformat(asked["endsOn"])
                told = await self.reads.fetchval(
                    page_statement(asked["place"]), Medium(asked["medium"]).number, asked["industry"], *days, asked["exclusivity"],
                    "EUR", asked["mostMinor"], asked["first"], asked["tags"][0],
                )  # fmt: skip
            case "Twin":
                told = await self.reads.fetchval(TWIN_STATEMENT, asked["handle"])
            case "Listing":
                told = await self.reads.fetchval(LISTING_STATEMENT, asked["id"], asked["first"])
            case _:
                told = await self.reads.fetchval(
                    BID_STATEMENT, asked["listingId"], asked["asker"], asked["amountMinor"], USE
                )
        return str(told)


async def _leave(connection: Any) -> None:
    """Nothing of its session was changed."""


LIMIT = Limit()
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await LIMIT.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    message = await receive()
    body = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    answer = f'{{"data":{await LIMIT.answer(orjson.loads(body))}}}'.encode() if body else b"{}"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
