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
from market.tables import Bid, Contribution, Party, Twin
from payments.money import Money
from payments.split import Portion


@dataclass(frozen=True, slots=True)
class Deal:
    """A bid with all that its acceptance depends on, as it stands now."""

    bid: Bid
    twin: Twin
    model: Party
    brand: Party
    agency: Party | None
    power: Power | None
    policy: PolicyView
    crew: Sequence[Contribution] = ()
    contributors: Mapping[int, Party] = field(default_factory=dict)

    @property
    def rights(self) -> Rights:
        return rights_of(self.bid)

    @property
    def price(self) -> Money:
        return Money(self.bid.amount_minor, self.bid.currency)

    @property
    def portions(self) -> tuple[Portion, ...]:
        return quotes.portions(self.price, model_id=self.twin.model_id, power=self.power, crew=self.crew)

    @property
    def document(self) -> ConsentDocument:
        """Nothing in it depends on when it is asked for."""
        names = {party.id: party.name for party in (self.model, self.agency) if party is not None}
        names |= {each.party_id: f"{self.contributors[each.party_id].name}, {each.craft}" for each in self.crew}
        terms = ConsentTerms(
            model_name=self.model.name,
            agency_name=self.agency.name if self.agency is not None else None,
            brand_name=self.brand.name,
            twin_name=self.twin.name,
            twin_version=self.bid.twin_version,
            rights=self.rights,
            intended_use=self.bid.intended_use,
            price=self.price,
            portions=tuple(NamedPortion(portion, names.get(portion.payee_id)) for portion in self.portions),
            policy=self.policy,
        )
        return document(terms)


async def consent_document(read: Read, bid: Bid) -> ConsentDocument:
    """Raises WrongState for a twin without a policy, which cannot be bid for."""
    found = (await consent_documents(read, [bid])).get(bid.id or 0)
    if found is None:
        raise WrongState("The model has no consent policy: there is nothing to sign.", state=bid.status)
    return found


async def consent_documents(read: Read, bids: Sequence[Bid]) -> Mapping[int, ConsentDocument]:
    """By bid."""
    twins = await store.twins.by_ids(read, {bid.twin_id for bid in bids})
    powers = await store.mandates.powers(read, {twin.model_id for twin in twins.values()})
    deals = await deals_of(read, bids, twins, powers)
    return {bid_id: deal.document for bid_id, deal in deals.items()}


async def deals_of(
    read: Read, bids: Sequence[Bid], twins: Mapping[int, Twin], powers: Mapping[int, Sequence[Power]]
) -> Mapping[int, Deal]:
    """By bid, for those whose twin has a policy."""
    policies = await store.twins.policies(read, twins.values())
    agency_ids = {power.agency_id for each in powers.values() for power in each}
    crews = await store.contributions.sharing(read, {(bid.twin_id, bid.twin_version) for bid in bids})
    crew_ids = {each.party_id for crew in crews.values() for each in crew}
    party_ids = {bid.brand_id for bid in bids} | {twin.model_id for twin in twins.values()} | agency_ids
    parties = await store.parties.by_ids(read, party_ids | crew_ids)
    deals: dict[int, Deal] = {}
    for bid in bids:
        twin, policy = twins.get(bid.twin_id), policies.get(bid.twin_id)
        if bid.id is None or twin is None or policy is None:
            continue
        power = rules.power_over(powers.get(twin.model_id, ()), rights_of(bid))
        deals[bid.id] = Deal(
            bid=bid,
            twin=twin,
            model=parties[twin.model_id],
            brand=parties[bid.brand_id],
            agency=parties[power.agency_id] if power is not None else None,
            power=power,
            policy=policy,
            crew=crews.get((bid.twin_id, bid.twin_version), ()),
            contributors=parties,
        )
    return deals
