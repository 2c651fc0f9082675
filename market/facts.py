"""What can have happened in the market."""

from dataclasses import dataclass

from core.work import Fact
from market.states import TwinStatus


@dataclass(frozen=True, slots=True)
class AccountCreated(Fact):
    party_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class OperatorCreated(Fact):
    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordResetOffered(Fact):
    """An operator made a link with which she sets a new one."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordReset(Fact):
    person_id: int


@dataclass(frozen=True, slots=True)
class SignedIn(Fact):
    person_id: int
    sign_in_id: int
    method: str


@dataclass(frozen=True, slots=True)
class SignInRefused(Fact):
    """`person_id` is null when nobody has that email, or that passkey."""

    person_id: int | None
    method: str


@dataclass(frozen=True, slots=True)
class SessionEnded(Fact):
    person_id: int
    sign_in_id: int


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Fact):
    person_id: int
    passkey_id: int


@dataclass(frozen=True, slots=True)
class PasskeyRemoved(Fact):
    person_id: int
    passkey_id: int


@dataclass(frozen=True, slots=True)
class MemberFact(Fact):
    party_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class MemberAdded(MemberFact):
    pass


@dataclass(frozen=True, slots=True)
class MemberSuspended(MemberFact):
    pass


@dataclass(frozen=True, slots=True)
class MemberReinstated(MemberFact):
    pass


@dataclass(frozen=True, slots=True)
class MemberInvited(Fact):
    party_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class InvitationRevoked(Fact):
    party_id: int
    invitation_id: int


@dataclass(frozen=True, slots=True)
class ApiKeyCreated(Fact):
    api_key_id: int


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked(Fact):
    api_key_id: int


@dataclass(frozen=True, slots=True)
class MandateProposed(Fact):
    mandate_id: int


@dataclass(frozen=True, slots=True)
class MandateAnswered(Fact):
    mandate_id: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class MandateDelegated(Fact):
    """The model gave her agency the deciding of assets, or took it back."""

    mandate_id: int


@dataclass(frozen=True, slots=True)
class MandateEnded(Fact):
    mandate_id: int
    agency_id: int


@dataclass(frozen=True, slots=True)
class ContributionChanged(Fact):
    """Somebody was invited, has answered, or goes without a part from now on."""

    contribution_id: int


@dataclass(frozen=True, slots=True)
class TwinStatusSet(Fact):
    twin_id: int
    status: TwinStatus


@dataclass(frozen=True, slots=True)
class PolicySet(Fact):
    twin_id: int
    version: int


@dataclass(frozen=True, slots=True)
class RatesSet(Fact):
    twin_id: int
    version: int


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
class RightsFreed(LicenceFact):
    """It lapsed, and whoever it had shut out stands again: the seller can choose anew."""


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


@dataclass(frozen=True, slots=True)
class AssetFact(LicenceFact):
    asset_id: int


@dataclass(frozen=True, slots=True)
class AssetSubmitted(AssetFact):
    pass


@dataclass(frozen=True, slots=True)
class AssetDueSoon(AssetFact):
    """It will be rejected unless the model decides."""


@dataclass(frozen=True, slots=True)
class AssetDecided(AssetFact):
    """By the model, by whom she gave that to, by her policy, or by the deadline."""


@dataclass(frozen=True, slots=True)
class TakedownFact(LicenceFact):
    takedown_id: int


@dataclass(frozen=True, slots=True)
class TakedownOpened(TakedownFact):
    """What shows the twin must come down."""


@dataclass(frozen=True, slots=True)
class TakedownDone(TakedownFact):
    """The brand has confirmed it."""


@dataclass(frozen=True, slots=True)
class TakedownOverdue(TakedownFact):
    """The brand has not."""


@dataclass(frozen=True, slots=True)
class ModelErased(Fact):
    party_id: int


@dataclass(frozen=True, slots=True)
class ContributorErased(Fact):
    party_id: int
