"""The brand tries again to pay for what the model has signed."""

from core.actor import Scope
from core.errors import NotAllowed, WrongState
from core.work import Work
from market import rules, store
from market.states import LicenceStatus
from payments import charges
from payments.tables import Payment


async def retry_payment(work: Work, *, licence_id: int) -> Payment:
    """With the brand's present payment method, until the deadline. Raises PaymentProblem."""
    rules.check_scope(work.actor, Scope.PAY)
    licence, _ = await store.licences.lock(work, licence_id)
    if licence.brand_id not in work.actor.brand_ids:
        raise NotAllowed("Only the brand whose licence it is can pay for it.")
    if licence.status is not LicenceStatus.AWAITING_PAYMENT:
        raise WrongState(f"The licence is {licence.status}: there is nothing to pay.", state=licence.status)
    return await charges.retry(work, reference=licence_id)
