"""What Stripe holds, read from its lists, to be compared with what we say."""

from collections import defaultdict
from collections.abc import Iterable

import stripe

from payments.errors import Refused
from payments.gateway import DisputeState
from payments.reconciliation import (
    Books,
    ChangeHeld,
    ChargeHeld,
    DisputeHeld,
    PayoutHeld,
    RefundHeld,
    ReversalHeld,
    TransferHeld,
)
from payments.stripe_gateway.happenings import Happenings
from payments.stripe_gateway.words import PAGE_SIZE, dispute_of, mark, marked, maybe, our_words


class Bookkeeping(Happenings):
    """That part of the gateway."""

    _environment: str

    async def books(self, account_ids: Iterable[str]) -> Books:
        """Everything that bears this environment's mark, the payouts and balances of the payees' accounts, and the
        platform's balance, which is all of the Stripe account's. Reads whole lists: an operator's question."""
        with our_words():
            charges = [each for each in await self._charges() if each.paid]
            transfers = await self._transfers()
            ids = {charge.id for charge in charges}
            sent: defaultdict[str, set[str]] = defaultdict(set)
            for transfer in map(_transfer, transfers):
                sent[transfer.destination].add(transfer.currency)
            payouts, balances, unreadable, changes = [], {}, {}, []
            for account_id in account_ids:
                try:
                    held, balance = await self._held(account_id)
                except Refused as refused:
                    unreadable[account_id] = refused.message
                else:
                    payouts += held
                    balances[account_id] = balance
                    if not {*balance, *(payout.currency for payout in held)} <= sent[account_id]:
                        changes += await self._changes(account_id)
            return Books(
                charges=tuple(_charge(charge) for charge in charges),
                transfers=tuple(_transfer(transfer) for transfer in transfers),
                payouts=tuple(payouts),
                balances=balances,
                refunds=await self._refunds(ids),
                reversals=await self._reversals(transfers),
                disputes=await self._disputes(ids),
                platform=await self._balance(None),
                transactions=await self._transactions(),
                unreadable=unreadable,
                changes=tuple(changes),
            )

    async def _held(self, account_id: str) -> tuple[list[PayoutHeld], dict[str, int]]:
        """Raises Refused when Stripe does not show it: it was closed, or is ours no more."""
        with our_words():
            return await self._payouts(account_id), await self._balance(account_id)

    async def _charges(self) -> list[stripe.Charge]:
        page = await self._stripe.v1.charges.list_async({"limit": PAGE_SIZE})
        return [each async for each in page.auto_paging_iter() if marked(each, self._mark())]

    async def _transfers(self) -> list[stripe.Transfer]:
        page = await self._stripe.v1.transfers.list_async({"limit": PAGE_SIZE})
        return [each async for each in page.auto_paging_iter() if marked(each, self._mark())]

    async def _refunds(self, charges: set[str]) -> tuple[RefundHeld, ...]:
        """Those of our charges, whoever made them."""
        page = await self._stripe.v1.refunds.list_async({"limit": PAGE_SIZE})
        return tuple([_refund(each) async for each in page.auto_paging_iter() if maybe(each, "charge") in charges])

    async def _reversals(self, transfers: Iterable[stripe.Transfer]) -> tuple[ReversalHeld, ...]:
        held = []
        for transfer in transfers:
            if transfer.amount_reversed:
                page = await self._stripe.v1.transfers.reversals.list_async(transfer.id, {"limit": PAGE_SIZE})
                held += [_reversal(each, transfer.id) async for each in page.auto_paging_iter()]
        return tuple(held)

    async def _disputes(self, charges: set[str]) -> tuple[DisputeHeld, ...]:
        """Those of our charges; inquiries move no money."""
        page = await self._stripe.v1.disputes.list_async({"limit": PAGE_SIZE})
        held = [(each, dispute_of(each)) async for each in page.auto_paging_iter()]
        return tuple(
            DisputeHeld(seen.id, seen.charge_id, each.amount, each.currency, seen.state.lower())
            for each, seen in held
            if seen.charge_id in charges and seen.state is not DisputeState.INQUIRY
        )

    async def _payouts(self, account_id: str) -> list[PayoutHeld]:
        options: stripe.RequestOptions = {"stripe_account": account_id}
        page = await self._stripe.v1.payouts.list_async({"limit": PAGE_SIZE}, options)
        return [
            PayoutHeld(each.id, account_id, each.amount, each.currency, each.status)
            async for each in page.auto_paging_iter()
        ]

    async def _balance(self, account_id: str | None) -> dict[str, int]:
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}
        balance = await self._stripe.v1.balance.retrieve_async({}, options)
        held: dict[str, int] = {}
        for part in [*((each.currency, each.amount) for each in balance.available), *_pending(balance)]:
            held[part[0]] = held.get(part[0], 0) + part[1]
        return held

    async def _changes(self, account_id: str) -> list[ChangeHeld]:
        """Of an account that holds what it was not sent: each transfer and reversal that was changed on its way."""
        options: stripe.RequestOptions = {"stripe_account": account_id}
        changes = []
        for kind, sign in (("payment", 1), ("payment_refund", -1)):
            page = await self._stripe.v1.balance_transactions.list_async(
                {"type": kind, "limit": PAGE_SIZE, "expand": ["data.source"]}, options
            )
            async for each in page.auto_paging_iter():
                amount, currency = maybe(each, "source", "amount"), maybe(each, "source", "currency")
                if maybe(each, "exchange_rate") is not None:
                    changes.append(ChangeHeld(each.id, account_id, sign * amount, currency, each.net, each.currency))
        return changes

    def _mark(self) -> dict[str, str]:
        return {"env": self._environment}


def _pending(balance: stripe.Balance) -> list[tuple[str, int]]:
    return [(each.currency, each.amount) for each in balance.pending]


def _charge(charge: stripe.Charge) -> ChargeHeld:
    intent = charge.payment_intent
    intent_id = intent.id if isinstance(intent, stripe.PaymentIntent) else intent
    return ChargeHeld(charge.id, mark(charge, "payment_id"), charge.amount, charge.currency, intent_id)


def _transfer(transfer: stripe.Transfer) -> TransferHeld:
    destination = transfer.destination
    return TransferHeld(
        id=transfer.id,
        share_id=mark(transfer, "share_id"),
        payment_id=mark(transfer, "payment_id"),
        amount=transfer.amount,
        currency=transfer.currency,
        destination=destination.id if isinstance(destination, stripe.Account) else destination or "",
        reversed=transfer.amount_reversed,
    )


def _refund(refund: stripe.Refund) -> RefundHeld:
    return RefundHeld(
        id=refund.id,
        refund_id=mark(refund, "refund_id"),
        charge=maybe(refund, "charge"),
        amount=refund.amount,
        currency=refund.currency,
        status=refund.status or "pending",
    )


def _reversal(reversal: stripe.TransferReversal, transfer_id: str) -> ReversalHeld:
    amount, currency = reversal.amount, reversal.currency
    return ReversalHeld(reversal.id, mark(reversal, "reversal_id"), transfer_id, amount, currency)
