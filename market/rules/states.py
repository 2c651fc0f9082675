"""In which states things may be, and how they move from one to the next. Pure.

Twin      DRAFT -> LISTED <-> PAUSED;  LISTED/PAUSED <-> SUSPENDED;  any -> RETIRED
Listing   SCHEDULED -> OPEN -> CLOSED -> AWARDED;  SCHEDULED/OPEN/CLOSED -> WITHDRAWN
Bid       PENDING -> COUNTERED -> PENDING;  PENDING -> ACCEPTED;  both -> DECLINED | WITHDRAWN | EXPIRED | LOST
          LOST -> PENDING, when the licence that it was lost to lapses
Licence   AWAITING_PAYMENT -> ACTIVE <-> SUSPENDED;  AWAITING_PAYMENT -> LAPSED;  both -> TERMINATED | ENDED
Mandate   PROPOSED -> ACTIVE | DECLINED;  ACTIVE -> ENDED
Contribution  INVITED -> ACCEPTED | DECLINED | ENDED;  ACCEPTED -> ENDED
Asset     PENDING -> APPROVED | REJECTED;  PENDING -> REJECTED by the clock, too
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from core.errors import WrongState
from market.states import (
    AssetStatus,
    BidStatus,
    ContributionStatus,
    LicenceStatus,
    ListingStatus,
    MandateStatus,
    Outcome,
    SigningStatus,
    TwinStatus,
    UploadStatus,
)
from market.tables import Asset, Bid, Contribution, Licence, Listing, Mandate, Twin, Upload

Stateful: TypeAlias = Twin | Listing | Bid | Licence | Mandate | Contribution | Asset | Upload
Status: TypeAlias = (
    TwinStatus
    | ListingStatus
    | BidStatus
    | LicenceStatus
    | MandateStatus
    | ContributionStatus
    | AssetStatus
    | UploadStatus
)

TWIN_MOVES: Mapping[TwinStatus, frozenset[TwinStatus]] = {
    TwinStatus.DRAFT: frozenset({TwinStatus.LISTED, TwinStatus.RETIRED}),
    TwinStatus.LISTED: frozenset({TwinStatus.PAUSED, TwinStatus.SUSPENDED, TwinStatus.RETIRED}),
    TwinStatus.PAUSED: frozenset({TwinStatus.LISTED, TwinStatus.SUSPENDED, TwinStatus.RETIRED}),
    TwinStatus.SUSPENDED: frozenset({TwinStatus.LISTED, TwinStatus.PAUSED, TwinStatus.RETIRED}),
    TwinStatus.RETIRED: frozenset(),
}

LISTING_MOVES: Mapping[ListingStatus, frozenset[ListingStatus]] = {
    ListingStatus.SCHEDULED: frozenset({ListingStatus.OPEN, ListingStatus.WITHDRAWN}),
    ListingStatus.OPEN: frozenset({ListingStatus.CLOSED, ListingStatus.WITHDRAWN}),
    ListingStatus.CLOSED: frozenset({ListingStatus.AWARDED, ListingStatus.WITHDRAWN}),
    ListingStatus.AWARDED: frozenset(),
    ListingStatus.WITHDRAWN: frozenset(),
}

BID_MOVES: Mapping[BidStatus, frozenset[BidStatus]] = {
    BidStatus.PENDING: frozenset(
        {
            BidStatus.COUNTERED,
            BidStatus.ACCEPTED,
            BidStatus.DECLINED,
            BidStatus.WITHDRAWN,
            BidStatus.EXPIRED,
            BidStatus.LOST,
        }
    ),
    BidStatus.COUNTERED: frozenset(
        {BidStatus.PENDING, BidStatus.DECLINED, BidStatus.WITHDRAWN, BidStatus.EXPIRED, BidStatus.LOST}
    ),
    BidStatus.WITHDRAWN: frozenset(),
    BidStatus.DECLINED: frozenset(),
    BidStatus.EXPIRED: frozenset(),
    BidStatus.ACCEPTED: frozenset(),
    BidStatus.LOST: frozenset({BidStatus.PENDING}),  # the licence that it was lost to was never paid
}

LICENCE_MOVES: Mapping[LicenceStatus, frozenset[LicenceStatus]] = {
    LicenceStatus.AWAITING_PAYMENT: frozenset({LicenceStatus.ACTIVE, LicenceStatus.LAPSED}),
    LicenceStatus.ACTIVE: frozenset({LicenceStatus.SUSPENDED, LicenceStatus.TERMINATED, LicenceStatus.ENDED}),
    LicenceStatus.SUSPENDED: frozenset({LicenceStatus.ACTIVE, LicenceStatus.TERMINATED, LicenceStatus.ENDED}),
    LicenceStatus.ENDED: frozenset(),
    LicenceStatus.LAPSED: frozenset(),
    LicenceStatus.TERMINATED: frozenset(),
}

MANDATE_MOVES: Mapping[MandateStatus, frozenset[MandateStatus]] = {
    MandateStatus.PROPOSED: frozenset({MandateStatus.ACTIVE, MandateStatus.DECLINED}),
    MandateStatus.ACTIVE: frozenset({MandateStatus.ENDED}),
    MandateStatus.ENDED: frozenset(),
    MandateStatus.DECLINED: frozenset(),
}

CONTRIBUTION_MOVES: Mapping[ContributionStatus, frozenset[ContributionStatus]] = {
    ContributionStatus.INVITED: frozenset(
        {ContributionStatus.ACCEPTED, ContributionStatus.DECLINED, ContributionStatus.ENDED}
    ),
    ContributionStatus.ACCEPTED: frozenset({ContributionStatus.ENDED}),
    ContributionStatus.DECLINED: frozenset(),
    ContributionStatus.ENDED: frozenset(),
}

ASSET_MOVES: Mapping[AssetStatus, frozenset[AssetStatus]] = {
    AssetStatus.PENDING: frozenset({AssetStatus.APPROVED, AssetStatus.REJECTED}),
    AssetStatus.APPROVED: frozenset(),
    AssetStatus.REJECTED: frozenset(),
}

UPLOAD_MOVES: Mapping[UploadStatus, frozenset[UploadStatus]] = {
    UploadStatus.WAITING: frozenset({UploadStatus.ARRIVING, UploadStatus.GONE}),
    UploadStatus.ARRIVING: frozenset({UploadStatus.KEPT, UploadStatus.WAITING, UploadStatus.GONE}),
    UploadStatus.KEPT: frozenset({UploadStatus.GONE}),
    UploadStatus.GONE: frozenset(),
}

SIGNING_MOVES: Mapping[SigningStatus, frozenset[SigningStatus]] = {
    SigningStatus.PENDING: frozenset({SigningStatus.SIGNED, SigningStatus.UNSUITABLE, SigningStatus.FAILED}),
    SigningStatus.SIGNED: frozenset(),
    SigningStatus.UNSUITABLE: frozenset(),
    SigningStatus.FAILED: frozenset(),
}
"""An asset's second status: how far its content credentials are. An erasure ends it."""

MOVES: Mapping[type, Mapping[StrEnum, frozenset[StrEnum]]] = {
    Twin: {status: frozenset(after) for status, after in TWIN_MOVES.items()},
    Listing: {status: frozenset(after) for status, after in LISTING_MOVES.items()},
    Bid: {status: frozenset(after) for status, after in BID_MOVES.items()},
    Licence: {status: frozenset(after) for status, after in LICENCE_MOVES.items()},
    Mandate: {status: frozenset(after) for status, after in MANDATE_MOVES.items()},
    Contribution: {status: frozenset(after) for status, after in CONTRIBUTION_MOVES.items()},
    Asset: {status: frozenset(after) for status, after in ASSET_MOVES.items()},
    Upload: {status: frozenset(after) for status, after in UPLOAD_MOVES.items()},
}

BY_THE_CLOCK = frozenset[Status]({ListingStatus.OPEN, ListingStatus.CLOSED, BidStatus.EXPIRED})
"""States into which only time moves anything: nobody writes them down."""


def listing_status(listing: Listing, now: datetime) -> ListingStatus:
    """What somebody's hand made of the listing, or else what the clock says."""
    if listing.outcome is not None:
        return ListingStatus(listing.outcome.value)
    if now < listing.opens_at:
        return ListingStatus.SCHEDULED
    return ListingStatus.OPEN if now < listing.closes_at else ListingStatus.CLOSED


def bid_status(bid: Bid, now: datetime) -> BidStatus:
    """The status that is kept, unless the bid has expired since."""
    is_live = bid.status in (BidStatus.PENDING, BidStatus.COUNTERED)
    if is_live and bid.expires_at is not None and bid.expires_at <= now:
        return BidStatus.EXPIRED
    return bid.status


def asset_status(asset: Asset, now: datetime) -> AssetStatus:
    """What was decided. Silence until the deadline means no."""
    if asset.status is AssetStatus.PENDING and asset.decide_by <= now:
        return AssetStatus.REJECTED
    return asset.status


def licence_status(licence: Licence, now: datetime) -> LicenceStatus:
    """The status that is kept, unless the last day (UTC) of what was paid is over."""
    is_running = licence.status in (LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)
    if is_running and licence.days.upper is not None and licence.days.upper <= now.astimezone(UTC).date():
        return LicenceStatus.ENDED
    return licence.status


def status_of(row: Stateful, now: datetime) -> Status:
    match row:
        case Listing():
            return listing_status(row, now)
        case Bid():
            return bid_status(row, now)
        case Asset():
            return asset_status(row, now)
        case _:
            return row.status


def may_move(row: Stateful, to: Status, now: datetime) -> bool:
    return to in MOVES[type(row)][status_of(row, now)]


def move(row: Stateful, to: Status, now: datetime) -> None:
    """The only way in which a status changes. Raises WrongState; ValueError for what only the clock may do."""
    if to in BY_THE_CLOCK:
        raise ValueError(f"Only the clock makes a {_noun(row)} {to}.")
    if not may_move(row, to, now):
        before = status_of(row, now)
        raise WrongState(f"A {_noun(row)} that is {before} cannot become {to}.", state=before)
    if isinstance(row, Listing):
        row.outcome = Outcome(to.value)
    else:
        row.status = to  # type: ignore[assignment]  # MOVES has only this row's own states


def move_signing(asset: Asset, to: SigningStatus, note: str | None = None) -> None:
    """The only way in which a signing ends. Raises WrongState."""
    if asset.signing is None or to not in SIGNING_MOVES[asset.signing]:
        raise WrongState(f"A signing that is {asset.signing} cannot become {to}.", state=asset.signing or "NONE")
    asset.signing, asset.signing_note = to, note


def _noun(row: Stateful) -> str:
    return type(row).__name__.lower()
