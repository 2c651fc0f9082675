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

R = TypeVar("R")
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
        if found is None:
            return None
        self._meet([found], beside, read.now)
        return Twin.of(found.twin)

    async def search(self, query: TwinQuery, page: Page, beside: Beside) -> TwinConnection:
        name = f"twins:{query.order}"
        async with self.read() as read:
            found = await store.search.accompanied(read, query, page.window(name), beside)

        async def tally() -> list[Facet]:
            async with self.read() as read:
                counted = await store.search.facets(read, query)
            return [Facet.of(field, counts) for field, counts in counted.items()]

        self._meet(found.rows, beside, read.now)
        count = asking(self.read, store.search.count, query)
        return connection(
            TwinConnection, found, list_name=name, present=lambda each: Twin.of(each.twin), count=count, tally=tally
        )

    def _meet(self, found: Sequence[Accompanied], asked: Beside, now: datetime) -> None:
        """Whoever asks for what came beside some twins finds it loaded. `now`: at which moment they were found."""
        for companion in needed(asked.companions):
            match companion:
                case Companion.MODEL:
                    models = (each.model for each in found if each.model is not None)
                    self.party.prime_many({stored(model.id): party_of(model) for model in models})
                case Companion.MANDATE:
                    self._meet_agencies(found)
                    mandates = {each.twin.model_id: _maybe(Mandate.of, each.mandate) for each in found}
                    self.mandate_in_force.prime_many(mandates)
                case Companion.AGENCY:
                    self._meet_agencies(found)
                case Companion.POLICY:
                    self.policy.prime_many({_policy_version(each.twin): _policy(each.policy) for each in found})
                case Companion.CARD:
                    cards = {_card_version(each.twin): _maybe(self._kept.card, each.card) for each in found}
                    self.rate_card.prime_many(cards)
                case Companion.LISTINGS if asked.listings is not None:
                    few = {stored(each.twin.id): Few(asked.listings, now, each.listings or ()) for each in found}
                    self._few_listings.update(few)

    def _meet_agencies(self, found: Sequence[Accompanied]) -> None:
        """Many twins have the same."""
        agencies = {stored(each.agency.id): each.agency for each in found if each.agency is not None}
        shown = {number: Agency.of(agency) for number, agency in agencies.items()}
        self.party.prime_many(shown)
        self.agency_in_force.prime_many(
            {each.twin.model_id: shown[stored(each.agency.id)] if each.agency else None for each in found}
        )

    @cached_property
    def _few_listings(self) -> dict[int, Few]:
        """By twin, of those that were found with some of their listings."""
        return {}

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


def _maybe(of: Callable[[R], T], row: R | None) -> T | None:
    return None if row is None else of(row)


def _policy_version(twin: tables.Twin) -> Version:
    return stored(twin.id), twin.policy_version


def _card_version(twin: tables.Twin) -> Version:
    return stored(twin.id), twin.card_version


def _policy(row: tables.ConsentPolicy | None) -> ConsentPolicy:
    return ConsentPolicy.none_yet() if row is None else ConsentPolicy.of(policy_of(row))


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
