"""What becomes of a licence after the signature: paid, lapsed, paused, resumed, ended. Each is safe to run twice."""

from collections.abc import Callable, Sequence

from core.work import Fact, Work
from market import rules, store, takedowns
from market.facts import (
    LicenceActivated,
    LicenceEnded,
    LicenceLapsed,
    LicencePaymentFailed,
    LicenceResumed,
    LicenceSuspended,
)
from market.states import LicenceStatus, TakedownReason, TwinStatus
from market.tables import Licence, Twin
from payments import store as payments
from payments.states import PaymentStatus

MAXIMUM_AT_ONCE = 200


async def activate(work: Work, *, licence_id: int) -> Licence:
    """The money is there. While its twin is suspended, the licence is paused from the beginning."""
    licence, twin = await store.licences.lock(work, licence_id)
    if licence.status is LicenceStatus.AWAITING_PAYMENT:
        rules.move(licence, LicenceStatus.ACTIVE, work.now)
        licence.activated_at = work.now
        tell(work, LicenceActivated, licence)
        if twin.status is TwinStatus.SUSPENDED:
            await pause(work, licence)
        await work.session.flush()
    return licence


async def payment_failed(work: Work, *, licence_id: int) -> Licence:
    """The charge was declined; the brand can pay until the deadline."""
    licence, _ = await store.licences.lock(work, licence_id)
    if licence.status is LicenceStatus.AWAITING_PAYMENT:
        tell(work, LicencePaymentFailed, licence)
    return licence


async def lapse(work: Work, *, licence_id: int) -> Licence:
    """It was never paid and never will be: its rights are free."""
    licence, _ = await store.licences.lock(work, licence_id)
    if licence.status is LicenceStatus.AWAITING_PAYMENT:
        rules.move(licence, LicenceStatus.LAPSED, work.now)
        licence.ended_at = work.now
        await work.session.flush()
        tell(work, LicenceLapsed, licence)
    return licence


async def end_due(work: Work) -> Sequence[Licence]:
    """End some of those whose days are over; those that ended."""
    over = await store.licences.hold_over(work, limit=MAXIMUM_AT_ONCE)
    for licence in over:
        rules.move(licence, LicenceStatus.ENDED, work.now)
        licence.ended_at = work.now
        tell(work, LicenceEnded, licence)
        await takedowns.order(work, licence, TakedownReason.ENDED)
    await work.session.flush()
    return over


async def suspend_all(work: Work, twin: Twin) -> None:
    """The model suspends her twin, which is locked: what runs is paused."""
    for licence in await store.licences.hold_of_twin(work, _id(twin), LicenceStatus.ACTIVE):
        if rules.licence_status(licence, work.now) is LicenceStatus.ACTIVE:
            await pause(work, licence)
    await work.session.flush()


async def resume_all(work: Work, twin: Twin) -> None:
    """Her twin is back: what was paused goes on, except where the payment is in dispute."""
    suspended = await store.licences.hold_of_twin(work, _id(twin), LicenceStatus.SUSPENDED)
    paused = [each for each in suspended if rules.licence_status(each, work.now) is LicenceStatus.SUSPENDED]
    made = await payments.payments_by_reference(work, [_id(licence) for licence in paused])
    for licence in paused:
        payment = made.get(_id(licence))
        if payment is not None and payment.status is PaymentStatus.DISPUTED:
            continue
        await resume(work, licence)
    await work.session.flush()


async def pause(work: Work, licence: Licence) -> None:
    """The licence is held. What shows the twin comes down meanwhile."""
    rules.move(licence, LicenceStatus.SUSPENDED, work.now)
    tell(work, LicenceSuspended, licence)
    await takedowns.order(work, licence, TakedownReason.SUSPENDED)


async def resume(work: Work, licence: Licence) -> None:
    """The licence is held."""
    rules.move(licence, LicenceStatus.ACTIVE, work.now)
    tell(work, LicenceResumed, licence)
    await takedowns.lift(work, licence)


def tell(work: Work, fact: Callable[..., Fact], licence: Licence) -> None:
    work.record(
        fact(
            licence_id=licence.id,
            brand_id=licence.brand_id,
            model_id=licence.model_id,
            agency_id=licence.agency_id,
        )
    )


def _id(row: Licence | Twin) -> int:
    if row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.id
