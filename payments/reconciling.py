"""Reconciling: what is ours on the payment service's list is compared, what is not is posted or put in suspense."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from core.errors import NotFound
from core.work import OpenRead, OpenWork, Work
from payments import ledger, reconciliation, store
from payments.money import Money, from_stripe
from payments.reconciliation import Books, ChangeHeld, TransactionHeld

log = logging.getLogger(__name__)

HOUR = 3
"""Of the night, UTC."""


class BookKeeper(Protocol):
    """The part of a gateway that reads the service's books."""

    async def books(self, account_ids: Iterable[str]) -> Books: ...


@dataclass(frozen=True, slots=True)
class Found:
    """Nothing differs when `differences` is empty. `remarks`: what lies in suspense."""

    differences: Sequence[str]
    remarks: Sequence[str]

    @property
    def is_clear(self) -> bool:
        return not self.differences and not self.remarks


async def reconcile(open_work: OpenWork, open_snapshot: OpenRead, gateway: BookKeeper) -> Found:
    """Compare everything, and keep what was found. What is just moving may differ: it is gone the next time.

    Safe to repeat. Raises Unknown when the service does not answer.
    """
    async with open_work() as work:
        accounts = await store.every_account(work)
    books = await gateway.books(accounts)
    async with open_work() as work:
        await _take_over(work, books.transactions or ())
        await _change(work, books.changes)
    async with open_snapshot() as read:
        differences = await reconciliation.compare(read, books)
        remarks = [_remark(each) for each in await store.suspended(read)]
    async with open_work() as work:
        await store.keep_reconciliation(work, differences=differences, remarks=remarks)
    for line in differences:
        log.error("reconciliation: %s", line)
    for line in remarks:
        log.warning("reconciliation: %s", line)
    return Found(differences, remarks)


async def _take_over(work: Work, transactions: Sequence[TransactionHeld]) -> None:
    """What moved the platform's balance without any payment: its own payouts, fees that Stripe takes apart, the unknown."""
    postings = []
    for each in transactions:
        with suppress(ValueError):  # of a currency that we do not know: the comparison names it
            postings.append(ledger.foreign_posting(each.id, each.category, from_stripe(each.net, each.currency)))
    await ledger.post(work, [posting for posting in postings if posting is not None])


async def _change(work: Work, changes: Sequence[ChangeHeld]) -> None:
    """What payees were sent in one currency, and hold in another."""
    accounts = await store.every_account(work)
    for each in changes:
        sent, came = from_stripe(each.sent, each.sent_currency), from_stripe(each.came, each.came_currency)
        await ledger.post(work, list(ledger.change_postings(accounts[each.account].payee_id, each.id, sent, came)))


async def explain(work: Work, transaction_id: str, explanation: str) -> Money:
    """Somebody knows what moved: it leaves suspense. Safe to repeat at once. Raises NotFound."""
    found = next((each for each in await store.suspended(work) if each.transaction == transaction_id), None)
    if found is None:
        raise NotFound(f"Nothing of {transaction_id!r} is in suspense. `twinmarket reconcile` lists what is.")
    await ledger.post(work, [ledger.explained_posting(transaction_id, explanation, found.amount)])
    return found.amount


def _remark(entry: store.Suspended) -> str:
    ways = ", ".join(sorted(ledger.EXPLANATIONS))
    return (
        f"in suspense: {entry.amount} of the kind {entry.category!r} ({entry.transaction}): nobody told us what it is. "
        f"Look it up at the payment service, then say so: twinmarket ledger explain {entry.transaction} ({ways})"
    )
