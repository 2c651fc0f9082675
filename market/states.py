"""The states that things can be in, and the kinds that they come in. `market.rules.states` says which follows which."""

from enum import StrEnum


class PartyKind(StrEnum):
    MODEL = "MODEL"
    AGENCY = "AGENCY"
    BRAND = "BRAND"
    CONTRIBUTOR = "CONTRIBUTOR"


class ContributionStatus(StrEnum):
    INVITED = "INVITED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    ENDED = "ENDED"


class Ceremony(StrEnum):
    """What a passkey's challenge was made for."""

    REGISTRATION = "REGISTRATION"
    SIGN_IN = "SIGN_IN"


class MandateStatus(StrEnum):
    PROPOSED = "PROPOSED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    DECLINED = "DECLINED"


class TwinStatus(StrEnum):
    DRAFT = "DRAFT"
    LISTED = "LISTED"
    PAUSED = "PAUSED"
    SUSPENDED = "SUSPENDED"
    RETIRED = "RETIRED"


class ListingFormat(StrEnum):
    OPEN = "OPEN"
    SEALED = "SEALED"


class ListingStatus(StrEnum):
    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    AWARDED = "AWARDED"
    WITHDRAWN = "WITHDRAWN"


class Outcome(StrEnum):
    """How a listing ended by somebody's hand. Until then its status is told by the clock alone."""

    AWARDED = "AWARDED"
    WITHDRAWN = "WITHDRAWN"


class BidStatus(StrEnum):
    PENDING = "PENDING"
    COUNTERED = "COUNTERED"
    WITHDRAWN = "WITHDRAWN"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    ACCEPTED = "ACCEPTED"
    LOST = "LOST"


class LicenceStatus(StrEnum):
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    LAPSED = "LAPSED"
    TERMINATED = "TERMINATED"


class AssetStatus(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class UploadStatus(StrEnum):
    """WAITING for a file, ARRIVING is taking one, KEPT has it whole, GONE is being forgotten."""

    WAITING = "WAITING"
    ARRIVING = "ARRIVING"
    KEPT = "KEPT"
    GONE = "GONE"


class SigningStatus(StrEnum):
    """Content credentials of an approved picture that lies here: to be made, made, not possible for such a file, or given up
    after several attempts."""

    PENDING = "PENDING"
    SIGNED = "SIGNED"
    UNSUITABLE = "UNSUITABLE"
    FAILED = "FAILED"


class Making(StrEnum):
    """How a picture or film came about: all of it generated, or the twin set into a photograph or film of the world."""

    GENERATED = "GENERATED"
    COMPOSITE = "COMPOSITE"


class TakedownReason(StrEnum):
    """Why what shows a twin must be taken down: its use is paused, over, or was ended before its time."""

    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    TERMINATED = "TERMINATED"


LIVE = (LicenceStatus.AWAITING_PAYMENT, LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)
"""The states in which a licence holds its rights."""
