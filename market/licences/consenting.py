"""The consent to one bid: what the model would sign now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import WrongState
from core.work import Read
from market import quotes, rules, store
from market.consent import ConsentTerms, NamedPortion, PolicyView, document
from market.errors import ConsentDocument
from market.rights import Rights
from market.rules import Power
from market.store.rights import rights_of
from market.tables import Bid, Contribution, Twin
from payments.money import Money
from payments.split import Portion


@dataclass(frozen=True, slots=True)
class Deal:
    """A bid with all that its acceptance depends on, as it stands now."""

    bid: Bid
    twin: Twin
    model_name: str
    brand_name: str
    agency_name: str | None
    power: Power | None
    policy: PolicyView
    rights: Rights
    price: Money
    portions: tuple[Portion, ...]
    crew: Sequence[Contribution] = ()
    crew_names: Mapping[int, str] = field(default_factory=dict)

    @property
    def document(self) -> ConsentDocument:
        """Nothing in it depends on when it is asked for."""
        names = {self.twin.model_id: self.model_name}
        if self.power is not None and self.agency_name is not None:
            names[self.power.agency_id] = self.agency_name
        names |= {each.party_id: f"{self.crew_names[each.party_id]}, {each.craft}" for each in self.crew}
        terms = ConsentTerms(
            model_name=self.model_name,
            agency_name=self.agency_name,
            brand_name=self.brand_name,
            twin_name=self.twin.name,
            twin_version=self.bid.twin_version,
            rights=self.rights,
            intended_use=self.bid.intended_use,
            price=self.price,
            portions=tuple(NamedPortion(portion, names.get(portion.payee_id or 0)) for portion in self.portions),
            policy=self.policy,
        )
        return document(terms)


async def consent_document(read: Read, bid: Bid) -> ConsentDocument:
    """Raises WrongState for a twin without a policy, which cannot be bid for."""
    found = (await deals(read, [bid])).get(bid.id or 0)
    if found is None:
        raise WrongState("The model has no consent policy: there is nothing to sign.", state=bid.status)
    return found.document


async def deals(read: Read, bids: Sequence[Bid]) -> Mapping[int, Deal]:
    """By bid, for those whose twin has a policy."""
    twins = await store.twins.by_ids(read, {bid.twin_id for bid in bids})
    powers = await store.mandates.powers(read, {twin.model_id for twin in twins.values()})
    return await deals_of(read, bids, twins, powers)


async def deals_of(
    read: Read, bids: Sequence[Bid], twins: Mapping[int, Twin], powers: Mapping[int, Sequence[Power]]
) -> Mapping[int, Deal]:
    """By bid, for those whose twin has a policy."""
    found = await store.bids.terms(read, [bid.id for bid in bids if bid.id is not None])
    crews = await store.contributions.sharing(read, {(bid.twin_id, bid.twin_version) for bid in bids})
    others = {power.agency_id for each in powers.values() for power in each}
    others |= {each.party_id for crew in crews.values() for each in crew}
    names = {number: party.name for number, party in (await store.parties.by_ids(read, others)).items()}
    deals: dict[int, Deal] = {}
    for bid in bids:
        twin, terms = twins.get(bid.twin_id), found.get(bid.id or 0)
        if bid.id is None or twin is None or terms is None:
            continue
        crew = crews.get((bid.twin_id, bid.twin_version), ())
        rights, price = rights_of(bid), Money(bid.amount_minor, bid.currency)
        power = rules.power_over(powers.get(twin.model_id, ()), rights)
        deals[bid.id] = Deal(
            bid=bid,
            twin=twin,
            model_name=terms.model_name,
            brand_name=terms.brand_name,
            agency_name=names[power.agency_id] if power is not None else None,
            power=power,
            policy=terms.policy,
            rights=rights,
            price=price,
            portions=quotes.portions(price, model_id=twin.model_id, power=power, crew=crew),
            crew=crew,
            crew_names=names,
        )
    return deals
