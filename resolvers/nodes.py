"""Anything by its id, if the caller may see it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeAlias

import strawberry

from core.work import Read
from market import store
from market.states import PartyKind
from payments import store as money
from payments.tables import Payment as PaymentRow
from schema import policy
from schema.api_keys import ApiKey
from schema.assets import Asset
from schema.bids import Bid
from schema.context import Info
from schema.contributions import Contribution
from schema.endpoints import WebhookEndpoint
from schema.errors import ApiError, ErrorCode
from schema.ids import Node, opened
from schema.licences import Licence
from schema.listings import Listing
from schema.mandates import Mandate
from schema.parties import party_of
from schema.payments import Payment, Payout, Share
from schema.takedowns import Takedown
from schema.twins import Twin

MAXIMUM_NODES = 100

Find: TypeAlias = Callable[[Read, Collection[int]], Awaitable[Mapping[int, Node]]]


@strawberry.type
class NodeQueries:
    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        async with policy.read(info) as read:
            return (await _find(info, read, [id]))[0]

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > MAXIMUM_NODES:
            raise ApiError(ErrorCode.BAD_USER_INPUT, f"Ask for at most {MAXIMUM_NODES} ids at once.")
        async with policy.read(info) as read:
            return await _find(info, read, ids)


async def _find(info: Info, read: Read, ids: list[strawberry.ID]) -> list[Node | None]:
    """In the order of `ids`; None for what is not there, or not for this caller."""
    asked = [opened(info.context.seal, id) for id in ids]
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for kind, number in filter(None, asked):
        numbers[kind].add(number)
    found = {kind: await FINDERS[kind](read, wanted) for kind, wanted in numbers.items() if kind in FINDERS}
    for each in found.get("Listing", {}).values():
        _meet(info, each)
    return [found[each[0]].get(each[1]) if each is not None and each[0] in found else None for each in asked]


def _meet(info: Info, listing: Node) -> None:
    """Its bids ask for it, and it for its twin."""
    assert isinstance(listing, Listing)  # noqa: S101 - found as one
    info.context.load.listing.prime(listing.row_id, listing)
    if listing.beside is not None:
        info.context.load.twin.prime(listing.beside.row_id, listing.beside)


def _party(kind: PartyKind) -> Find:
    async def find(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
        rows = await store.parties.by_ids(read, numbers)
        return {number: party_of(row) for number, row in rows.items() if row.kind is kind}

    return find


async def _api_keys(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: ApiKey.of(row) for number, row in (await store.parties.api_keys_by_id(read, numbers)).items()}


async def _mandates(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: Mandate.of(row) for number, row in (await store.mandates.by_ids(read, numbers)).items()}


async def _contributions(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    found = await store.contributions.by_ids(read, numbers)
    return {number: Contribution.of(row) for number, row in found.items()}


async def _twins(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: Twin.of(row) for number, row in (await store.twins.by_ids(read, numbers)).items()}


async def _listings(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    found = await store.listings.with_twins(read, numbers)
    return {number: Listing.of(listing, read.now, twin) for number, (listing, twin) in found.items()}


async def _bids(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: Bid.of(row, read.now) for number, row in (await store.bids.by_ids(read, numbers)).items()}


async def _licences(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: Licence.of(row, read.now) for number, row in (await store.licences.by_ids(read, numbers)).items()}


async def _endpoints(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: WebhookEndpoint.of(row) for number, row in (await store.endpoints.by_ids(read, numbers)).items()}


async def _takedowns(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    found = await store.takedowns.by_ids(read, numbers)
    return {number: Takedown.of(row, read.now) for number, row in found.items()}


async def _assets(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: Asset.of(row, read.now) for number, row in (await store.assets.by_ids(read, numbers)).items()}


async def _payments(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    return {number: Payment.of(row) for number, row in (await _visible_payments(read, numbers)).items()}


async def _shares(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    rows = await money.shares_by_id(read, list(numbers))
    payments = await _visible_payments(read, {row.payment_id for row in rows.values()})
    crew = read.actor.contributor_ids
    return {number: Share.of(row) for number, row in rows.items() if row.payment_id in payments or row.payee_id in crew}


async def _visible_payments(read: Read, numbers: Collection[int]) -> Mapping[int, PaymentRow]:
    """Those of the licences that the caller may see: the money room itself knows no callers."""
    rows = await money.payments_by_id(read, list(numbers))
    licences = await store.licences.by_ids(read, {row.reference for row in rows.values()})
    return {number: row for number, row in rows.items() if row.reference in licences}


async def _payouts(read: Read, numbers: Collection[int]) -> Mapping[int, Node]:
    rows = await money.payouts_by_id(read, list(numbers))
    return {
        number: Payout.of(row)
        for number, row in rows.items()
        if policy.is_member(read.actor, row.payee_id) or policy.is_seller(read.actor, row.payee_id)
    }


FINDERS: Mapping[str, Find] = {
    "Model": _party(PartyKind.MODEL),
    "Agency": _party(PartyKind.AGENCY),
    "Brand": _party(PartyKind.BRAND),
    "Contributor": _party(PartyKind.CONTRIBUTOR),
    "Contribution": _contributions,
    "ApiKey": _api_keys,
    "Mandate": _mandates,
    "Twin": _twins,
    "Listing": _listings,
    "Bid": _bids,
    "Licence": _licences,
    "Asset": _assets,
    "Payment": _payments,
    "Share": _shares,
    "Takedown": _takedowns,
    "WebhookEndpoint": _endpoints,
    "Payout": _payouts,
}
"""Every type that is a Node, by the kind within its ids."""
