"""A bid on a listing: what decides it, found by the question that locks it; and what it changes, in one statement.

Brands bid against each other by the second, so this asks the driver itself and leaves nothing in the session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Bundle, aliased
from sqlmodel import col

from core.errors import NotFound
from core.rows import HELD, Held, columns_of, once_held
from core.store import Telling
from core.work import Work
from market.bidding import LATEST, Lead
from market.consent import PolicyView
from market.rights import Rights
from market.states import LIVE, BidStatus
from market.store import asking, conflicts, scope
from market.store.rights import policy_of, rights_of
from market.tables import Bid, ConsentPolicy, Licence, Listing, Party, RateCard, Twin
from payments.money import Money
from payments.tables import Payer

CONTENDING = 3
"""Nothing below the two highest of others decides who leads, or at what price; one of the three may be the brand's."""


class Contender(NamedTuple):
    """A live bid: the most that it offers, and what it would pay as things stood."""

    id: int
    brand_id: int
    maximum_minor: int
    amount_minor: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Contest:
    """`listing` and `twin` are plain rows, of what is needed here; `model` the name and country of the twin's. `is_taken`:
    a licence is in the way of the rights. `count`: of the live bids, of which `live` are those that contend and the
    brand's own."""

    listing: Listing
    twin: Twin
    model: tuple[str, str]
    rights: Rights
    payer: Payer | None
    policy: PolicyView | None
    floor: Money | None
    is_taken: bool
    count: int
    live: Sequence[Contender]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a bid makes of a contest. `own_id` is null for a bid that is new, which the lead knows as LATEST. `amounts`: what
    others would pay now, if it is something else than before."""

    own_id: int | None
    amount_minor: int
    maximum_minor: int | None
    lead: Lead | None
    reserve_met: bool
    count: int
    closes_at: datetime
    amounts: Mapping[int, int]


async def hold(work: Work, listing_id: int, *, brand_id: int) -> Contest:
    """Lock the twin and the listing; the moment is that at which they were. Raises NotFound."""
    asked = scope.values(work, id=listing_id, brand_id=brand_id)
    found = await _held(scope.outline(work.actor)).values(work, asked)
    if not found:
        raise NotFound("There is no such listing.", path=["listingId"])
    listing, twin, name, country, payer, policy, floor, currency, is_taken, count, live, work.now = found[0]
    return Contest(
        listing=listing,
        twin=twin,
        model=(name, country),
        rights=rights_of(listing),
        payer=payer,
        policy=policy_of(policy) if policy.version is not None else None,
        floor=Money(floor, currency) if floor is not None else None,
        is_taken=is_taken,
        count=count,
        live=[Contender(*each) for each in live],
    )


@cache
def _held(asker: scope.Outline) -> Held:
    """The twin before the listing: they are locked in the order in which they are named."""
    seen = sa.and_(col(Listing.id) == asking.ONE, scope.listings(asker))
    return Held(_contest().where(seen).with_for_update(key_share=True, of=(Twin, Listing)))


def _contest() -> sa.Select[Any]:
    brand = sa.bindparam("brand_id", type_=sa.BigInteger())
    twin = once_held(col(Twin.id))
    in_force = sa.and_(col(ConsentPolicy.twin_id) == twin, col(ConsentPolicy.version) == col(Twin.policy_version))
    asked = sa.and_(col(RateCard.twin_id) == twin, col(RateCard.version) == col(Twin.card_version))
    return (
        sa.select(
            _some(Listing, but=("bid_count",)),
            _some(Twin, only=("id", "model_id", "status", "version", "policy_version")),
            col(Party.name),
            col(Party.country),
            Payer,
            _some(ConsentPolicy, but=("twin_id",)),
            col(RateCard.floor_minor),
            col(RateCard.currency),
            once_held(_taken()),
            *map(once_held, _bids(brand)),
            sa.func.clock(),
        )
        .select_from(HELD)
        .join(Listing, sa.true())
        .join(Twin, col(Twin.id) == col(Listing.twin_id))
        .outerjoin(Party, col(Party.id) == once_held(col(Twin.model_id)))
        .outerjoin(Payer, col(Payer.id) == once_held(brand))
        .outerjoin(ConsentPolicy, in_force)
        .outerjoin(RateCard, asked)
    )


def _some(table: Any, *, only: Sequence[str] = (), but: Sequence[str] = ()) -> Bundle[Any]:
    kept = [each for each in columns_of(table) if (each.key in only if only else each.key not in but)]
    return Bundle(table.__name__, *kept)


def _taken() -> Any:
    alive = [status.value for status in LIVE]
    held = sa.select(1).where(
        col(Licence.twin_id) == col(Listing.twin_id),
        col(Licence.status).in_(alive),
        conflicts.between(Licence, Listing),
    )
    return sa.exists(held.correlate(Listing))


def _bids(brand: sa.BindParameter[int]) -> tuple[Any, Any]:
    """How many live bids there are, and those that contend with the brand's own among them."""
    live = sa.and_(col(Bid.listing_id) == asking.ONE, col(Bid.status) == BidStatus.PENDING)
    most = sa.func.coalesce(col(Bid.maximum_minor), col(Bid.amount_minor))
    highest = (
        sa.select(col(Bid.id)).where(live).order_by(most.desc(), col(Bid.placed_at), col(Bid.id)).limit(CONTENDING)
    )
    contender = sa.func.row(col(Bid.id), col(Bid.brand_id), most, col(Bid.amount_minor), col(Bid.placed_at))
    contending = sa.select(contender).where(live, sa.or_(col(Bid.id).in_(highest), col(Bid.brand_id) == brand))
    number = sa.select(sa.func.count()).select_from(Bid).where(live)
    return number.scalar_subquery(), sa.func.array(contending.order_by(col(Bid.id)).scalar_subquery())


async def settle(work: Work, contest: Contest, outcome: Outcome, *, brand_id: int, intended_use: str) -> Bid:
    """Write the bid, what it makes of the others, the listing, and the log of what is recorded. Returns the bid as a plain
    row."""
    lead = outcome.lead
    asked = {
        "lot": contest.listing.id,
        "bidder": brand_id,
        "capture": contest.twin.version,
        "use": intended_use,
        "moment": work.now,
        "own": outcome.own_id,
        "pays": outcome.amount_minor,
        "most": outcome.maximum_minor,
        "leading": None if lead is None or lead.bid_id == LATEST else lead.bid_id,
        "is_led": lead is not None,
        "price": lead.price_minor if lead is not None else None,
        "is_met": outcome.reserve_met,
        "number": outcome.count,
        "closing": outcome.closes_at,
        "others": list(outcome.amounts),
        "theirs": list(outcome.amounts.values()),
        "most_others": len(outcome.amounts),
    }
    ((bid,),) = await _settled(is_new=outcome.own_id is None).values(work, asked)
    return cast(Bid, bid)


def _given(name: str, kind: Any) -> sa.BindParameter[Any]:
    """No name is that of a column: a session would take it for one that is to be set."""
    return sa.bindparam(name, type_=kind)


_BIGINT, _MOMENT = sa.BigInteger(), sa.DateTime(timezone=True)
_LOT, _PAYS, _MOST = (_given(name, _BIGINT) for name in ("lot", "pays", "most"))
_USE, _WHEN = _given("use", sa.Text()), _given("moment", _MOMENT)


@cache
def _settled(*, is_new: bool) -> Telling:
    own = (_new() if is_new else _again()).returning(*Bid.__table__.columns).cte("own")  # type: ignore[attr-defined]
    given = _few(
        sa.func.unnest(_given("others", pg.ARRAY(_BIGINT)), _given("theirs", pg.ARRAY(_BIGINT)))
        .table_valued(sa.column("bid_id", _BIGINT), sa.column("amount_minor", _BIGINT))
        .render_derived()
    )
    others = sa.update(Bid).where(col(Bid.id) == given.c.bid_id).values(amount_minor=given.c.amount_minor)
    itself = sa.case((_given("is_led", sa.Boolean()), sa.select(own.c.id).scalar_subquery()))
    changed = {
        "bid_count": _given("number", sa.Integer()),
        "leading_bid_id": sa.func.coalesce(_given("leading", _BIGINT), itself),
        "current_minor": _given("price", _BIGINT),
        "reserve_met": _given("is_met", sa.Boolean()),
        "closes_at": _given("closing", _MOMENT),
    }
    listing = sa.update(Listing).where(col(Listing.id) == _LOT).values(changed)
    return Telling(sa.select(aliased(Bid, own)).add_cte(others.cte("others"), listing.cte("contest")))


def _few(given: Any) -> Any:
    """All of it, behind a limit of as many: so a plan for any values expects one row and not ten, costs no more than one
    for these, and is kept."""
    return sa.select(given).limit(_given("most_others", sa.BigInteger())).subquery("given")


def _new() -> Any:
    """The bid of a brand that has none there, for the rights that are on offer."""
    offered = ("media", "territories", "industry", "days", "exclusivity", "twin_id", "currency")
    values = {
        "listing_id": col(Listing.id),
        "brand_id": _given("bidder", _BIGINT),
        "twin_version": _given("capture", sa.Integer()),
        "amount_minor": _PAYS,
        "maximum_minor": _MOST,
        "intended_use": _USE,
        "status": sa.literal_column(f"'{BidStatus.PENDING}'"),
        "created_at": _WHEN,
        "placed_at": _WHEN,
    }
    of_listing = sa.select(*(getattr(Listing, name) for name in offered), *values.values())
    return sa.insert(Bid).from_select([*offered, *values], of_listing.where(col(Listing.id) == _LOT))


def _again() -> Any:
    """The brand's own, with what it offers now."""
    changed = {"amount_minor": _PAYS, "maximum_minor": _MOST, "intended_use": _USE, "placed_at": _WHEN}
    return sa.update(Bid).where(col(Bid.id) == _given("own", _BIGINT)).values(changed)
