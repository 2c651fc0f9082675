"""Twins, what their models say of them, and what some rights to them would cost."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import NamedTuple, TypeAlias, TypeVar

from core.errors import InvalidInput
from core.work import OpenRead, Read
from market import availability, quotes, rules, store, tables
from market.consent import policy_obstacles
from market.rights import Rights
from market.search import TwinQuery
from market.store.companions import Accompanied, Beside, Companion, FewListings, needed
from market.store.listings import ListingQuery
from market.store.rights import policy_of
from resolvers.loaders.batches import DataLoader, Kept, plainly
from resolvers.loaders.parties import Parties
from resolvers.paging import asking, connection
from schema.consent import ConsentPolicy
from schema.ids import stored
from schema.mandates import Mandate
from schema.paging import Page
from schema.parties import Agency, party_of
from schema.rates import Quote, RateCard
from schema.rights import Availability, RightsInput
from schema.twins import Facet, Twin, TwinConnection

Version: TypeAlias = tuple[int, int]
"""A twin's number and a version of its policy or card."""

Asked: TypeAlias = tuple[tables.Twin, Rights]

T = TypeVar("T")

Ask: TypeAlias = Callable[[Read, Sequence[tables.Twin], Rights], Awaitable[Mapping[int, T]]]
"""A question about some rights to some twins, answered by the twin's number."""


class Few(NamedTuple):
    """The newest listings of a twin, and one more than were asked for, if there is one; at which moment they were found."""

    asked: FewListings
    now: datetime
    rows: Sequence[tables.Listing]

    def are(self, query: ListingQuery, page: Page) -> bool:
        """Whether they are what this asks for."""
        statuses = None if query.statuses is None else tuple(query.statuses)
        return page.is_first and self.asked == FewListings(page.size, statuses)


class Twins(Parties):
    @cached_property
    def twin(self) -> DataLoader[int, Twin]:
        return self.each(store.twins.by_ids, plainly(Twin.of))

    async def twins_of(self, model_id: int, page: Page, beside: Beside) -> TwinConnection:
        return await self.search(TwinQuery(model_id=model_id), page, beside)

    async def twin_called(self, handle: str, beside: Beside) -> Twin | None:
        async with self.read() as read:
            found = await store.twins.by_handle(read, handle, beside)
        return None if found is None else self._meeting(beside, read.now)(found)

    async def search(self, query: TwinQuery, page: Page, beside: Beside) -> TwinConnection:
        name = f"twins:{query.order}"
        async with self.read() as read:
            found = await store.search.accompanied(read, query, page.window(name), beside)

        async def tally() -> list[Facet]:
            async with self.read() as read:
                counted = await store.search.facets(read, query)
            return [Facet.of(field, counts) for field, counts in counted.items()]

        count = asking(self.read, store.search.count, query)
        return connection(
            TwinConnection, found, list_name=name, present=self._meeting(beside, read.now), count=count, tally=tally
        )

    def _meeting(self, asked: Beside, now: datetime) -> Callable[[Accompanied], Twin]:
        """Makes of each of some rows its twin; and whoever asks for what came beside it finds it loaded. `now`: at which
        moment it was found."""
        meet: dict[Companion, Callable[[Accompanied], None]] = {
            Companion.MODEL: self._meet_model,
            Companion.MANDATE: self._meet_mandate,
            Companion.AGENCY: self._meet_agency,
            Companion.POLICY: self._meet_policy,
            Companion.CARD: self._meet_card,
            Companion.LISTINGS: partial(self._meet_listings, asked.listings, now),
        }
        wanted = [meet[each] for each in needed(asked.companions)]

        def met(found: Accompanied) -> Twin:
            for each in wanted:
                each(found)
            return Twin.of(found.twin)

        return met

    def _meet_listings(self, asked: FewListings | None, now: datetime, found: Accompanied) -> None:
        if asked is not None and found.listings is not None:
            self._few_listings[stored(found.twin.id)] = Few(asked, now, found.listings)

    @cached_property
    def _few_listings(self) -> dict[int, Few]:
        """By twin, of those that were found with some of their listings."""
        return {}

    def _meet_model(self, found: Accompanied) -> None:
        if found.model is not None:
            self.party.prime(found.twin.model_id, party_of(found.model))

    def _meet_agency(self, found: Accompanied) -> None:
        agency = None if found.agency is None else Agency.of(found.agency)
        self.agency_in_force.prime(found.twin.model_id, agency)
        if agency is not None:
            self.party.prime(agency.row_id, agency)

    def _meet_mandate(self, found: Accompanied) -> None:
        self._meet_agency(found)
        mandate = None if found.mandate is None else Mandate.of(found.mandate)
        self.mandate_in_force.prime(found.twin.model_id, mandate)

    def _meet_policy(self, found: Accompanied) -> None:
        told = ConsentPolicy.none_yet() if found.policy is None else ConsentPolicy.of(policy_of(found.policy))
        self.policy.prime((stored(found.twin.id), found.twin.policy_version), told)

    def _meet_card(self, found: Accompanied) -> None:
        version = (stored(found.twin.id), found.twin.card_version)
        self.rate_card.prime(version, None if found.card is None else self._kept.card(found.card))

    @cached_property
    def policy(self) -> DataLoader[Version, ConsentPolicy]:
        return self.asked(_policies)

    @cached_property
    def rate_card(self) -> DataLoader[Version, RateCard | None]:
        return DataLoader(load_fn=partial(_cards, self.read, self._kept))

    async def quote(self, twin: Twin, rights: RightsInput) -> Quote | None:
        return await self._quotes.load((twin.row, rights.to_value(["rights"])))

    async def availability(self, twin: Twin, rights: RightsInput) -> Availability:
        return await self._availabilities.load((twin.row, rights.to_value(["rights"])))

    @cached_property
    def _quotes(self) -> DataLoader[Asked, Quote | None]:
        return self._by_rights(_quotes)

    @cached_property
    def _availabilities(self) -> DataLoader[Asked, Availability]:
        return self._by_rights(_availabilities)

    def _by_rights(self, ask: Ask[T]) -> DataLoader[Asked, T]:
        """Ask once for each different rights, for all the twins for which they are asked."""

        return self.asked(partial(_of_each, ask), cache_key_fn=lambda asked: (asked[0].id, asked[1]))


async def _policies(read: Read, versions: Sequence[Version]) -> list[ConsentPolicy]:
    found = await store.twins.policies_at(read, versions)
    return [ConsentPolicy.of(found[key]) if key in found else ConsentPolicy.none_yet() for key in versions]


async def _cards(open_read: OpenRead, kept: Kept, versions: Sequence[Version]) -> list[RateCard | None]:
    """Nothing is asked for those that are kept."""
    told: dict[Version, RateCard | None] = {each: kept.cards[each] for each in versions if each in kept.cards}
    if unknown := [version for version in versions if version not in told]:
        async with open_read() as read:
            found = await store.twins.cards_at(read, unknown)
        told |= {each: kept.keep(each, found[each]) if each in found else None for each in unknown}
    return [told[version] for version in versions]


async def _of_each(ask: Ask[T], read: Read, asked: Sequence[Asked]) -> list[T | BaseException]:
    twins: defaultdict[Rights, list[tables.Twin]] = defaultdict(list)
    for twin, rights in asked:
        twins[rights].append(twin)
    answers = {rights: await _answered(read, ask, some, rights) for rights, some in twins.items()}
    return [_told(answers[rights], stored(twin.id)) for twin, rights in asked]


async def _answered(
    read: Read, ask: Ask[T], twins: Sequence[tables.Twin], rights: Rights
) -> Mapping[int, T] | InvalidInput:
    try:
        return await ask(read, twins, rules.check_rights(rights, read.today))
    except InvalidInput as refusal:
        return refusal


def _told(answer: Mapping[int, T] | InvalidInput, twin_id: int) -> T | BaseException:
    return answer if isinstance(answer, InvalidInput) else answer[twin_id]


async def _quotes(read: Read, twins: Sequence[tables.Twin], rights: Rights) -> Mapping[int, Quote | None]:
    """What the cards ask; nothing where a policy forbids it."""
    policies = await store.twins.policies(read, twins)
    consenting = [
        twin
        for twin in twins
        if (policy := policies.get(stored(twin.id))) is not None and not policy_obstacles(policy, rights)
    ]
    asked = await quotes.ask(read, consenting, rights)
    told = {number: Quote.of(each.quote, each.portions) for number, each in asked.items()}
    return {number: told.get(number) for number in (stored(twin.id) for twin in twins)}


async def _availabilities(read: Read, twins: Sequence[tables.Twin], rights: Rights) -> Mapping[int, Availability]:
    found = await availability.check_all(read, twins, rights)
    return {stored(twin.id): Availability.of(each) for twin, each in zip(twins, found, strict=True)}
