"""The enums of the rooms below, as the API shows them. Types import them from here, and so find them described."""

import strawberry

from core.actor import Scope
from market.errors import ObstacleKind
from market.rights import Exclusivity, Industry, Medium
from market.search import TwinOrder
from market.states import (
    AssetStatus,
    BidStatus,
    ContributionStatus,
    LicenceStatus,
    ListingFormat,
    ListingStatus,
    Making,
    MandateStatus,
    SigningStatus,
    TakedownReason,
    TwinStatus,
)
from payments.states import PayeeStatus, PaymentStatus, PayoutStatus, ShareStatus
from payments.store import MovementKind

__all__ = [
    "AssetStatus",
    "BidStatus",
    "ContributionStatus",
    "Exclusivity",
    "Industry",
    "LicenceStatus",
    "ListingFormat",
    "ListingStatus",
    "Making",
    "MandateStatus",
    "Medium",
    "MovementKind",
    "ObstacleKind",
    "PayeeStatus",
    "PaymentStatus",
    "PayoutStatus",
    "Scope",
    "ShareStatus",
    "SigningStatus",
    "TakedownReason",
    "TwinOrder",
    "TwinStatus",
]

for plain in (
    Medium,
    Industry,
    ListingStatus,
    BidStatus,
    ContributionStatus,
    PaymentStatus,
    PayeeStatus,
    PayoutStatus,
    AssetStatus,
    TakedownReason,
):
    strawberry.enum(plain)

strawberry.enum(Scope, name="ApiScope")
strawberry.enum(
    MovementKind,
    name="StatementLineKind",
    description=(
        "EARNED: a share of a payment that succeeded. REVERSED: taken back by a refund or a dispute. RETURNED: given again, "
        "for the refund failed or the dispute was won. PAID_OUT: arrived at the bank. PAYOUT_RETURNED: the bank sent it back. "
        "CHANGED: the payee's account holds another currency, into which it was changed, or from which it came."
    ),
)
strawberry.enum(
    Exclusivity,
    description=(
        "NON_EXCLUSIVE: rivals may use the twin at the same time. INDUSTRY: no other brand of that industry may, in "
        "these media, territories and days. TOTAL: no other brand at all may."
    ),
)
strawberry.enum(
    ObstacleKind,
    description=(
        "EXCLUSIVELY_LICENSED: someone holds it alone. ALREADY_LICENSED: exclusivity is asked for, but someone holds "
        "it. "
        "CONSENT: the model's consent policy forbids it. NOT_LISTED: the twin is not on the market."
    ),
)
strawberry.enum(
    MandateStatus,
    description=(
        "PROPOSED by the agency until the model accepts. At most three years; commission at most 2000 basis points."
    ),
)
strawberry.enum(
    TwinStatus,
    description=(
        "Only LISTED twins are seen by brands. SUSPENDED: consent is suspended; nothing new can be licensed and "
        "running "
        "licences are paused."
    ),
)
strawberry.enum(
    ListingFormat,
    description=(
        "OPEN: ascending, the price is public, a secret maximum bids on the brand's behalf. SEALED: one hidden bid a "
        "brand, the highest pays what it bid."
    ),
)
strawberry.enum(
    LicenceStatus,
    description="LAPSED: never paid, its rights are free again. SUSPENDED: paused by the model or by a dispute.",
)
strawberry.enum(
    ShareStatus,
    description=(
        "PENDING: not yet paid by the brand. HELD: the payee cannot receive yet; sent as soon as it can. OWED: "
        "reversed, "
        "but the payee's balance did not cover it; taken from its next share."
    ),
)
strawberry.enum(
    Making,
    description=(
        "GENERATED: all of it by artificial intelligence. COMPOSITE: the twin set into a photograph or film of the world."
    ),
)
strawberry.enum(
    SigningStatus,
    description=(
        "PENDING: the signed copy is being made. UNSUITABLE: such a file carries no content credentials. FAILED: given up after "
        "several attempts."
    ),
)
strawberry.enum(TwinOrder, description="PRICE_ASC and PRICE_DESC need availableFor; RELEVANCE needs search.")
