"""Money: payments, shares, payees and payouts."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from core.paging import Slice, Window
from core.work import Read
from market import tables as market
from market.store import licences, mandates
from payments import ledger, payers, rules, store, tables
from payments.money import Money as Amount
from resolvers.loaders.batches import Batches, DataLoader, plainly
from resolvers.paging import asking, connection
from schema.ids import stored
from schema.money import Money
from schema.paging import Page
from schema.payments import Balance, Earning, Payee, Payment, Payout, PayoutConnection, Share, ShareConnection

R = TypeVar("R", tables.Share, tables.Payout)


class Payments(Batches):
    @cached_property
    def payment(self) -> DataLoader[int, Payment]:
        return self.each(store.payments_by_id, plainly(Payment.of))

    @cached_property
    def payment_of_licence(self) -> DataLoader[int, Payment]:
        return self.each(store.payments_by_reference, plainly(Payment.of))

    @cached_property
    def share(self) -> DataLoader[int, Share]:
        return self.each(store.shares_by_id, plainly(Share.of))

    @cached_property
    def shares_of_payment(self) -> DataLoader[int, list[Share]]:
        return self.many(store.shares_of, plainly(Share.of))

    @cached_property
    def licence_number_of_payment(self) -> DataLoader[int, str]:
        return self.each(_licence_numbers, plainly(str))

    @cached_property
    def payout(self) -> DataLoader[int, Payout]:
        return self.each(store.payouts_by_id, plainly(Payout.of))

    @cached_property
    def payee(self) -> DataLoader[int, Payee]:
        return self.asked(_payees)

    @cached_property
    def balances(self) -> DataLoader[tuple[int, datetime | None], list[Balance]]:
        """Of a payee, at a moment; now, where that is null."""
        return self.many(_balances, plainly(Balance.of))

    @cached_property
    def can_pay(self) -> DataLoader[int, bool]:
        return self.asked(_able)

    async def shares_of(self, payee_id: int, page: Page) -> ShareConnection:
        found = await self._page(store.shares_of_payee, payee_id, page.window("shares"))
        count = asking(self.read, store.count_shares_of_payee, payee_id)
        return connection(ShareConnection, found, list_name="shares", present=Share.of, count=count)

    async def payouts_of(self, payee_ids: Collection[int], page: Page) -> PayoutConnection:
        found = await self._page(store.payouts_of_payees, payee_ids, page.window("payouts"))
        count = asking(self.read, store.count_payouts_of_payees, payee_ids)
        return connection(PayoutConnection, found, list_name="payouts", present=Payout.of, count=count)

    async def payouts_of_agency(self, agency_id: int, page: Page) -> PayoutConnection:
        async with self.read() as read:
            models = await mandates.represented(read, agency_id)
        return await self.payouts_of([agency_id, *models], page)

    async def _page(self, find: Callable[..., Awaitable[Sequence[R]]], of: object, window: Window) -> Slice[R]:
        """The money room pages by the row's number alone; one row more than is shown tells whether there are more."""
        after, before = (None if key is None else int(key[0]) for key in (window.after, window.before))
        async with self.read() as read:
            rows = await find(read, of, limit=window.limit + 1, after=after, before=before, last=window.backwards)
        is_more = len(rows) > window.limit
        shown = rows[len(rows) - window.limit :] if is_more and window.backwards else rows[: window.limit]
        return Slice(
            rows=tuple(shown),
            keys=tuple((stored(row.id),) for row in shown),
            has_next=window.before is not None if window.backwards else is_more,
            has_previous=is_more if window.backwards else window.after is not None,
        )

    async def waits_for_payer(self, row: tables.Payment) -> datetime | None:
        async with self.read() as read:
            return read.now if rules.may_retry(row, read.now) else None

    async def earnings(self, payee_id: int, first: date, last: date) -> list[Earning]:
        """By month and currency; an agency's by model too."""
        async with self.read() as read:
            earned = await ledger.earnings(read, payee_id, first=first, last=last)
            rows = await licences.by_ids(read, [each.reference for each in earned])
        by_model = {each.reference: _told_model(rows.get(each.reference), payee_id) for each in earned}
        sums: defaultdict[tuple[date, int | None, str], list[int]] = defaultdict(list)
        for each in earned:
            sums[each.month, by_model[each.reference], each.amount.currency].append(each.amount.minor)
        return [
            Earning(
                month=month, model_row_id=model_id, amount=Money.of(Amount(sum(parts), currency)), licences=len(parts)
            )
            for (month, model_id, currency), parts in sums.items()
        ]


Moments = Sequence[tuple[int, datetime | None]]


async def _balances(read: Read, wanted: Moments) -> Mapping[tuple[int, datetime | None], Sequence[store.Balance]]:
    found: defaultdict[tuple[int, datetime | None], list[store.Balance]] = defaultdict(list)
    for at in dict.fromkeys(moment for _, moment in wanted):
        payee_ids = [payee_id for payee_id, moment in wanted if moment == at]
        for balance in await ledger.balances(read, payee_ids, at=at):
            found[balance.payee_id, at].append(balance)
    return found


async def _licence_numbers(read: Read, payment_ids: Sequence[int]) -> Mapping[int, str]:
    """By payment. Whoever sees a share may know of which licence it is."""
    rows = await store.payments_by_id(read, payment_ids)
    numbers = await licences.numbers(read, [row.reference for row in rows.values()])
    return {payment_id: numbers[row.reference] for payment_id, row in rows.items()}


def _told_model(licence: market.Licence | None, payee_id: int) -> int | None:
    """To an agency. A contributor does not see the licence."""
    return None if licence is None or licence.model_id == payee_id else licence.model_id


async def _payees(read: Read, party_ids: Sequence[int]) -> list[Payee]:
    rows = await store.payees_by_id(read, party_ids)
    return [Payee.of(party_id, rows.get(party_id)) for party_id in party_ids]


async def _able(read: Read, brand_ids: Sequence[int]) -> list[bool]:
    able = await payers.payers_able(read, brand_ids)
    return [brand_id in able for brand_id in brand_ids]
