"""Who may do what, and when. Pure."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from core.actor import Actor, Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from market.rights import Rights
from market.rules.states import bid_status, listing_status
from market.states import BidStatus, LicenceStatus, ListingFormat, ListingStatus, Outcome
from market.tables import Bid, Licence, Listing, Twin


@dataclass(frozen=True, slots=True)
class Power:
    """A mandate in force: what an agency may do for a model, where, and for which commission."""

    mandate_id: int
    model_id: int
    agency_id: int
    commission_bps: int
    territories: frozenset[str]
    decides_assets: bool = False


def power_over(powers: Iterable[Power], rights: Rights) -> Power | None:
    """The mandate that covers the rights: all of their countries. At most one does, for mandates never overlap."""
    return next((power for power in powers if rights.territories <= power.territories), None)


def is_system(actor: Actor) -> bool:
    """The system itself: jobs, and the operator's terminal."""
    return actor.caller == "system"


def check_scope(actor: Actor, scope: Scope) -> None:
    if scope not in actor.scopes:
        raise NotAllowed(f"This needs an API key with the scope {scope}.", code="SCOPE_MISSING")


def check_person(actor: Actor) -> int:
    """The number of the person who asks: what is hers alone, no key of hers can do."""
    if actor.person_id is None or actor.api_key_id is not None:
        raise NotAllowed("Only a person who has signed in can do this; an API key cannot.", code="ONLY_A_PERSON")
    return actor.person_id


def acting_party(given: int | None, own: frozenset[int], *, noun: str) -> int:
    """The party for which the caller acts: the one it names, or its only one."""
    path = [f"{noun}Id"]
    if given is not None:
        if given not in own:
            raise NotAllowed(f"You do not act for this {noun}.", path=path)
        return given
    if not own:
        raise NotAllowed(f"You act for no {noun}, and only one can do this.")
    if len(own) > 1:
        raise InvalidInput(f"You act for more than one {noun}: say for which one.", path=path)
    return next(iter(own))


def check_seller(actor: Actor, twin: Twin, rights: Rights, powers: Iterable[Power]) -> None:
    """The model herself, or her agency with a mandate in force that covers the rights."""
    if twin.model_id in actor.model_ids:
        return
    own = [power for power in powers if power.agency_id in actor.agency_ids]
    if not own:
        raise NotAllowed("Only the model and the agency that represents her can do this.")
    if power_over(own, rights) is None:
        raise NotAllowed("Your mandate does not cover all of these territories.", code="OUTSIDE_MANDATE")


def check_is_model(actor: Actor, model_id: int) -> None:
    if model_id not in actor.model_ids:
        raise NotAllowed("Only the model herself can do this; nobody can do it for her.", code="ONLY_THE_MODEL")


def check_is_contributor(actor: Actor, contributor_id: int) -> None:
    if contributor_id not in actor.contributor_ids:
        raise NotAllowed("Only the contributors themselves can do this.", code="ONLY_THE_CONTRIBUTOR")


def check_may_sign(actor: Actor, twin: Twin) -> None:
    check_is_model(actor, twin.model_id)


def check_may_decide(actor: Actor, licence: Licence, rights: Rights, powers: Iterable[Power]) -> Power | None:
    """The model herself: None. Or the agency to which she has given that: its mandate, in force and for all of the
    licence's territories. Raises NotAllowed."""
    if licence.model_id in actor.model_ids:
        return None
    own = [power for power in powers if power.agency_id in actor.agency_ids and power.decides_assets]
    power = power_over(own, rights)
    if power is None:
        raise NotAllowed(
            "Only the model herself decides, or the agency to which she has given that.", code="ONLY_THE_MODEL"
        )
    return power


def check_licence_runs(licence: Licence, today: date) -> None:
    """Paid, not paused, and its days are not over: nothing is used before or after."""
    if licence.days.upper is not None and licence.days.upper <= today:
        raise WrongState("The days of the licence are over.", state=LicenceStatus.ENDED)
    if licence.status is not LicenceStatus.ACTIVE:
        raise WrongState(
            f"The licence is {licence.status}: only under one that is ACTIVE are pictures approved.",
            state=licence.status,
        )


def check_signature(signature: str, name: str) -> str:
    """Her name, as she is known here. Letter case and spaces do not matter."""
    if _folded(signature) != _folded(name):
        raise InvalidInput(f"The signature must be the model's name: {name}.", path=["signature"])
    return " ".join(signature.split())


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def check_may_accept(bid: Bid, listing: Listing | None, now: datetime) -> None:
    """A live offer at any time; on a listing only after its close, and of an OPEN one only the leading bid. Once the
    listing is awarded, whatever bid still lives there is free to be accepted beside the winner."""
    status = bid_status(bid, now)
    if status is BidStatus.COUNTERED:
        raise WrongState("You have made a counter-offer: it is the brand's turn to answer.", state=status)
    if status is not BidStatus.PENDING:
        raise WrongState(f"The bid is {status}: only one that is PENDING can be accepted.", state=status)
    if listing is None:
        return
    standing = listing_status(listing, now)
    if standing not in (ListingStatus.CLOSED, ListingStatus.AWARDED):
        raise WrongState(f"The listing is {standing}: bids are accepted after its close.", state=standing)
    leads = listing.format is ListingFormat.SEALED or listing.leading_bid_id == bid.id
    if not leads and listing.outcome is not Outcome.AWARDED:
        raise WrongState("Another bid leads this listing: only the leading one can be accepted.", state=status)


def check_may_counter(bid: Bid, now: datetime) -> None:
    status = bid_status(bid, now)
    if bid.listing_id is not None:
        raise WrongState("Bids on a listing are not countered: they compete.", state=status)
    if status is not BidStatus.PENDING:
        raise WrongState(f"The bid is {status}: only one that is PENDING can be countered.", state=status)


def check_may_withdraw(bid: Bid, listing: Listing | None) -> None:
    if listing is None or listing.outcome is not None:
        return
    if listing.format is ListingFormat.OPEN and listing.leading_bid_id == bid.id:
        raise WrongState("The bid leads the listing: it binds until another one leads.", state=bid.status)


def check_window(listing: Listing, now: datetime) -> None:
    """Bids are taken while a listing is OPEN."""
    status = listing_status(listing, now)
    if status is not ListingStatus.OPEN:
        when = f": it opens at {listing.opens_at:%Y-%m-%d %H:%M} UTC" if status is ListingStatus.SCHEDULED else ""
        raise WrongState(f"The listing is {status}{when}. Bids are taken while it is OPEN.", state=status)


def check_held_scopes(actor: Actor, scopes: Collection[Scope]) -> None:
    """Nobody can hand out more than it holds."""
    if beyond := sorted(set(scopes) - actor.scopes):
        raise NotAllowed(f"You do not hold {', '.join(beyond)} yourself.", code="SCOPE_MISSING", path=["scopes"])
