"""Money on its way from a payee's balance at Stripe to its bank: seen, never made, by us."""

import logging
from collections.abc import Mapping

from core.work import OpenWork, Work
from payments import ledger, rules, store
from payments.errors import Refused
from payments.facts import PayoutCanceled, PayoutCreated, PayoutFact, PayoutFailed, PayoutPaid
from payments.gateway import Gateway, PayoutSeen
from payments.states import PayoutStatus
from payments.tables import Payout

log = logging.getLogger(__name__)

FACTS: Mapping[PayoutStatus, type[PayoutFact]] = {
    PayoutStatus.PAID: PayoutPaid,
    PayoutStatus.FAILED: PayoutFailed,
    PayoutStatus.CANCELED: PayoutCanceled,
}


async def refresh(open_work: OpenWork, gateway: Gateway, *, account_id: str, payout_id: str) -> None:
    """Read the payout again and follow it. Safe to repeat and to overtake. A stranger's account is left alone."""
    async with open_work() as work:
        payee_id = await store.payee_of_account(work, account_id)
    if payee_id is None:
        return
    try:
        seen = await gateway.find_payout(account_id=account_id, payout_id=payout_id)
    except Refused as refused:
        async with open_work() as work:
            if (await store.every_account(work))[account_id].closed_at is None:
                raise
        log.error("payout %s of the closed account %s cannot be read: %s", payout_id, account_id, refused.message)
        return
    async with open_work() as work:
        payout, is_new = await store.lock_payout(
            work, payee_id=payee_id, account_id=account_id, stripe_id=seen.id, amount=seen.amount
        )
        if is_new:
            await _tell(work, payout, PayoutCreated, before=None)
        await _follow(work, payout, seen)


async def _follow(work: Work, payout: Payout, seen: PayoutSeen) -> None:
    """An older answer that comes late finds no such move, and changes nothing."""
    status, before = PayoutStatus(seen.status.upper()), payout.status
    if status is not before and not rules.may_move(payout, status):
        return
    payout.arrives_on, payout.failure_message, payout.updated_at = seen.arrives_on, seen.failure_message, work.now
    if status is before:
        return
    rules.move(payout, status)
    if fact := FACTS.get(status):
        await _tell(work, payout, fact, before=before)


async def _tell(work: Work, payout: Payout, fact: type[PayoutFact], *, before: PayoutStatus | None) -> None:
    posting = ledger.payout_posting(payout, before=before)
    if posting is not None:
        await ledger.post(work, [posting])
    if payout.id is None:
        raise ValueError("A payout that is not kept has no facts.")
    work.record(
        fact(
            payout_row_id=payout.id,
            payee_id=payout.payee_id,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
        )
    )
