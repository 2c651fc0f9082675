"""Those who pay: their customer at Stripe, and the payment method that they saved there."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from core.errors import NotFound
from core.work import OpenWork, Read, Work
from payments import rules, store
from payments.errors import MISSING, PaymentProblem, Refused, Unknown
from payments.gateway import Gateway
from payments.tables import Payer

SILENT = "The payment service does not answer. Try again in a moment."


async def can_pay(read: Read, payer_id: int) -> bool:
    return rules.can_pay(await store.known_payer(read, payer_id), read.today)


async def payers_able(read: Read, payer_ids: Sequence[int]) -> set[int]:
    """Those of `payer_ids` who can pay today."""
    payers = await store.payers_by_id(read, payer_ids)
    return {payer_id for payer_id, payer in payers.items() if rules.can_pay(payer, read.today)}


async def check_can_pay(work: Work, payer_id: int, *, until: date | None = None) -> None:
    """Today; until that day, if one is named. Raises PaymentProblem."""
    check_means(await store.known_payer(work, payer_id), work.today, until=until)


def check_means(payer: Payer | None, today: date, *, until: date | None = None) -> None:
    """The same, of a payer that was read already."""
    rules.check_can_pay(payer, today)
    if until is not None:
        rules.check_can_pay_until(payer, until)


async def start_setup(open_work: OpenWork, gateway: Gateway, *, payer_id: int, name: str, return_url: str) -> str:
    """The URL of the page on which the payer saves a payment method. The customer is made at the first call.

    Raises PaymentProblem. Each call asks for a page of its own: a page that nobody opens costs nothing.
    """
    try:
        session_id, url = await _session(open_work, gateway, payer_id, name, return_url)
    except Refused as refused:
        raise PaymentProblem(refused.message, code="SETUP_REFUSED") from refused
    except Unknown as unknown:
        raise PaymentProblem(SILENT, code="NO_ANSWER") from unknown
    async with open_work() as work:
        payer = await store.lock_payer(work, payer_id)
        payer.setup_session_id = session_id
    return url


async def _session(open_work: OpenWork, gateway: Gateway, payer_id: int, name: str, return_url: str) -> tuple[str, str]:
    """Of a new customer, where somebody has deleted the one that there was."""
    customer_id = await _customer(open_work, gateway, payer_id, name)
    try:
        return await gateway.start_setup(customer_id=customer_id, return_url=return_url, key=_setup_key(payer_id))
    except Refused as refused:
        if refused.code != MISSING:
            raise
    async with open_work() as work:
        payer = await store.lock_payer(work, payer_id)
        if payer.customer_id == customer_id:
            payer.customer_id, payer.attempt = None, payer.attempt + 1
    customer_id = await _customer(open_work, gateway, payer_id, name)
    return await gateway.start_setup(customer_id=customer_id, return_url=return_url, key=_setup_key(payer_id))


def _setup_key(payer_id: int) -> str:
    return f"payer:{payer_id}:setup:{uuid4()}"


async def _customer(open_work: OpenWork, gateway: Gateway, payer_id: int, name: str) -> str:
    async with open_work() as work:
        payer = await store.ensure_payer(work, payer_id)
        known, attempt = payer.customer_id, payer.attempt
    if known is not None:
        return known
    try:
        customer_id = await gateway.create_customer(
            payer_id=payer_id, name=name, key=f"payer:{payer_id}:customer:{attempt}"
        )
    except Refused:
        async with open_work() as work:
            payer = await store.lock_payer(work, payer_id)
            payer.attempt = max(payer.attempt, attempt + 1)
        raise
    async with open_work() as work:
        payer = await store.lock_payer(work, payer_id)
        payer.customer_id = payer.customer_id or customer_id
        return payer.customer_id


async def refresh(open_work: OpenWork, gateway: Gateway, payer_id: int) -> None:
    """Read again what the payer has saved. An answer that another refresh has overtaken is dropped for a newer one."""
    while not await _refreshed(open_work, gateway, payer_id):
        pass


async def _refreshed(open_work: OpenWork, gateway: Gateway, payer_id: int) -> bool:
    async with open_work() as work:
        known = await store.payer(work, payer_id)
        if known is None:
            raise NotFound(f"There is no payer {payer_id}.")
        customer_id, seen_at = known.customer_id, known.updated_at
    if customer_id is None:
        return True
    try:
        methods = await gateway.saved_methods(customer_id=customer_id)
    except Refused as refused:
        if refused.code != MISSING:
            raise
        methods = []  # a customer that was deleted can pay no more
    async with open_work() as work:
        payer = await store.lock_payer(work, payer_id)
        if payer.updated_at != seen_at:
            return False
        method = rules.choose_method(methods, work.today)
        payer.payment_method_id = method.id if method else None
        payer.payment_method_label = method.label if method else None
        payer.payment_method_expires_on = method.expires_on if method else None
        payer.updated_at = work.now
    return True
