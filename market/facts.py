"""What can have happened in the market."""

from dataclasses import dataclass

from core.work import Fact


@dataclass(frozen=True, slots=True)
class MandateProposed(Fact):
    mandate_id: int


@dataclass(frozen=True, slots=True)
class MandateAnswered(Fact):
    mandate_id: int


@dataclass(frozen=True, slots=True)
class MandateEnded(Fact):
    mandate_id: int
    agency_id: int


@dataclass(frozen=True, slots=True)
class TwinStatusSet(Fact):
    twin_id: int


@dataclass(frozen=True, slots=True)
class ListingOpened(Fact):
    """A listing was made. `brand_id` is never part of what others may see."""

    listing_id: int


@dataclass(frozen=True, slots=True)
class ListingWithdrawn(Fact):
    listing_id: int


@dataclass(frozen=True, slots=True)
class ListingAwarded(Fact):
    listing_id: int


@dataclass(frozen=True, slots=True)
class BidPlaced(Fact):
    """`listing_id` is null for an offer. `sealed`: only the brand itself may learn of it before the close."""

    bid_id: int
    brand_id: int
    listing_id: int | None
    sealed: bool
    extended: bool
    reserve_met: bool


@dataclass(frozen=True, slots=True)
class BidAnswered(Fact):
    """Declined, countered, withdrawn, or a counter accepted."""

    bid_id: int


@dataclass(frozen=True, slots=True)
class LicenceFact(Fact):
    licence_id: int
    brand_id: int
    model_id: int
    agency_id: int | None


@dataclass(frozen=True, slots=True)
class LicenceAccepted(LicenceFact):
    """The model signed: the rights are reserved, and the brand is charged."""


@dataclass(frozen=True, slots=True)
class LicenceActivated(LicenceFact):
    pass


@dataclass(frozen=True, slots=True)
class LicencePaymentFailed(LicenceFact):
    pass


@dataclass(frozen=True, slots=True)
class LicenceLapsed(LicenceFact):
    pass


@dataclass(frozen=True, slots=True)
class LicenceSuspended(LicenceFact):
    pass


@dataclass(frozen=True, slots=True)
class LicenceResumed(LicenceFact):
    pass


@dataclass(frozen=True, slots=True)
class LicenceEnded(LicenceFact):
    pass


@dataclass(frozen=True, slots=True)
class LicenceTerminated(LicenceFact):
    """Its money went back: its rights are free."""
