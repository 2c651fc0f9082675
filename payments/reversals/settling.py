"""Carrying out reversals and returns at Stripe."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from core.work import OpenWork, Work
from payments import payees, rules, store, transfers
from payments.errors import Refused, Unknown
from payments.gateway import Gateway
from payments.money import Money
from payments.reversals import recording
from payments.states import ReversalStatus
from payments.tables import Payee, Payment, Reversal, Share

Record = Callable[[Work, Payment, Share, Reversal], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pull:
    """A reversal to be made: so much out of one transfer."""

    reversal_id: int
    payment_id: int
    transfer_id: str
    amount: Money
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Return:
    """A transfer to be made that gives back what a reversal took."""

    reversal_id: int
    share_id: int
    payment_id: int
    payee_id: int
    amount: Money
    destination: str
    attempt: int
    is_stale: bool


async def settle(open_work: OpenWork, gateway: Gateway, payment_id: int) -> None:
    """Take back what was planned and give back what was undone, as far as it goes. Safe to repeat and to run twice.

    Raises Unknown, after it has tried all, when the outcome of any is not known: run it again.
    """
    while (pulls := await _pulls(open_work, payment_id)) is None:
        await transfers.send(open_work, gateway, payment_id)
    unknown: list[Unknown] = []
    for pull in pulls:
        try:
            await _pull(open_work, gateway, pull)
        except Unknown as no_answer:
            unknown.append(no_answer)
    for each in await _returns(open_work, payment_id):
        try:
            await _give_back(open_work, gateway, each)
        except Unknown as no_answer:
            unknown.append(no_answer)
    if unknown:
        raise unknown[0]


# ------------------------------------------------------------------ taking back


async def _pulls(open_work: OpenWork, payment_id: int) -> Sequence[Pull] | None:
    """What is to be reversed; null when a share is under way, and has to be found out about first."""
    async with open_work() as work:
        payment = await store.lock_payment(work, payment_id)
        if payment is None:
            return []
        shares = {share.id: share for share in await store.lock_shares(work, payment_id)}
        rows = [row for row in await store.lock_reversals(work, payment_id) if row.status is ReversalStatus.PENDING]
        if any(rules.is_under_way(shares[row.share_id]) for row in rows):
            return None
        for row in rows:
            await _choose(work, payment, shares[row.share_id], row, rows)
        return [
            Pull(
                reversal_id=row.id or 0,
                payment_id=payment_id,
                transfer_id=row.transfer_id,
                amount=Money(row.amount_minor, row.currency),
                is_stale=rules.is_stale(row.created_at, work.now),
            )
            for row in rows
            if row.status is ReversalStatus.PENDING and row.transfer_id is not None
        ]


async def _choose(work: Work, payment: Payment, share: Share, row: Reversal, rows: Sequence[Reversal]) -> None:
    """Name the transfer that it comes out of, for good. What that does not hold, being netted or gone, is owed."""
    if row.transfer_id is not None:
        return None
    if share.transferred_at is None:
        return await recording.withhold(work, payment, share, row)
    chosen = sum(each.amount_minor for each in rows if each.share_id == share.id and each.transfer_id is not None)
    held = min(share.sent_minor - share.pulled_minor - chosen, row.amount_minor)
    if held == 0:
        return await recording.owed(work, payment, share, row)
    if held < row.amount_minor:
        rest = Reversal(**row.model_dump(exclude={"id", "amount_minor"}), amount_minor=row.amount_minor - held)
        row.amount_minor = held
        work.session.add(rest)
        await work.session.flush()
        await recording.owed(work, payment, share, rest)
    row.transfer_id = share.transfer_id
    return None


async def _pull(open_work: OpenWork, gateway: Gateway, pull: Pull) -> None:
    """What may have been made under a key that is now forgotten is looked up, not sent again."""
    made = await gateway.reversals_of(transfer_id=pull.transfer_id) if pull.is_stale else []
    known = next((each.id for each in made if each.reversal_id == pull.reversal_id), None)
    try:
        if known is None:
            reversal = await gateway.create_reversal(
                reversal_id=pull.reversal_id,
                transfer_id=pull.transfer_id,
                amount=pull.amount,
                key=f"reversal:{pull.reversal_id}",
            )
            known = reversal.id
    except Refused:
        await _record(open_work, pull.payment_id, pull.reversal_id, ReversalStatus.PENDING, recording.owed)
        return
    found = known

    async def taken(work: Work, payment: Payment, share: Share, row: Reversal) -> None:
        await recording.reversed_by(work, payment, share, row, reversal_id=found)

    await _record(open_work, pull.payment_id, pull.reversal_id, ReversalStatus.PENDING, taken)


# ------------------------------------------------------------------ giving back


async def _returns(open_work: OpenWork, payment_id: int) -> Sequence[Return]:
    """Only to payees who can receive now. The destination is fixed before anything is sent."""
    async with open_work() as work:
        payment = await store.lock_payment(work, payment_id)
        if payment is None:
            return []
        rows = [row for row in await store.lock_reversals(work, payment_id) if row.status is ReversalStatus.RETURNING]
        known = await store.payees_by_id(work, [row.payee_id for row in rows if row.payee_id is not None])
        found = (_return(work, row, known.get(row.payee_id or 0)) for row in rows)
        return [each for each in found if each is not None]


def _return(work: Work, row: Reversal, payee: Payee | None) -> Return | None:
    if payee is None or (row.return_account_id is None and rules.reason_to_hold(payee)):
        return None
    row.return_account_id = row.return_account_id or payee.account_id
    if row.return_account_id is None:
        return None
    return Return(
        reversal_id=row.id or 0,
        share_id=row.share_id,
        payment_id=row.payment_id,
        payee_id=payee.id,
        amount=Money(row.return_minor, row.currency),
        destination=row.return_account_id,
        attempt=row.return_attempt,
        is_stale=rules.is_stale(row.created_at, work.now),
    )


async def _give_back(open_work: OpenWork, gateway: Gateway, order: Return) -> None:
    made = await gateway.transfers_of(payment_id=order.payment_id) if order.is_stale else []
    known = next((each.id for each in made if each.reversal_id == order.reversal_id), None)
    try:
        if known is None:
            transfer = await gateway.return_share(
                reversal_id=order.reversal_id,
                share_id=order.share_id,
                payment_id=order.payment_id,
                amount=order.amount,
                destination=order.destination,
                key=f"reversal:{order.reversal_id}:return:{order.attempt}",
            )
            known = transfer.id
    except Refused:
        await _record(open_work, order.payment_id, order.reversal_id, ReversalStatus.RETURNING, _again(order.attempt))
        await payees.refresh(open_work, gateway, order.payee_id)
        return
    found = known

    async def given(work: Work, payment: Payment, share: Share, row: Reversal) -> None:
        await recording.returned(work, payment, share, row, transfer_id=found)

    await _record(open_work, order.payment_id, order.reversal_id, ReversalStatus.RETURNING, given)


def _again(attempt: int) -> Record:
    """It was refused: the next attempt goes to the account of then."""

    async def record(work: Work, payment: Payment, share: Share, row: Reversal) -> None:
        if row.return_attempt == attempt:
            row.return_attempt += 1
            row.return_account_id = None

    return record


async def _record(
    open_work: OpenWork, payment_id: int, reversal_id: int, status: ReversalStatus, record: Record
) -> None:
    """Unless somebody else has recorded it meanwhile."""
    async with open_work() as work:
        payment = await store.lock_payment(work, payment_id)
        if payment is None:
            raise ValueError(f"There is no payment {payment_id}.")
        shares = {share.id: share for share in await store.lock_shares(work, payment_id)}
        row = next(each for each in await store.lock_reversals(work, payment_id) if each.id == reversal_id)
        if row.status is status:
            await record(work, payment, shares[row.share_id], row)
