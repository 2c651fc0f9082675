"""Those who are paid: their account at Stripe, and whether it can receive.

A payee has one account at a time. When Stripe says that it is closed it is let go, and the next onboarding makes another:
what was sent to the old one, and what that pays out, remains its payee's.
"""

import logging

from core.errors import NotFound
from core.work import OpenWork, Work
from payments import regions, rules, store
from payments.errors import PaymentProblem, Refused, Unknown
from payments.facts import PayeeChanged
from payments.gateway import AccountSeen, AccountState, Gateway
from payments.payers import SILENT
from payments.states import PayeeStatus
from payments.tables import Payee

log = logging.getLogger(__name__)


async def start_onboarding(
    open_work: OpenWork,
    gateway: Gateway,
    *,
    payee_id: int,
    name: str,
    email: str,
    country: str,
    is_company: bool,
    return_url: str,
    refresh_url: str,
) -> str:
    """The URL of the page on which the payee tells the service who it is. Its account is made at the first call.

    Raises PaymentProblem. Coming back to `return_url` says nothing of success: the account is read again for that.
    """
    regions.check_payable(name, country)
    try:
        account_id = await _account(
            open_work,
            gateway,
            payee_id=payee_id,
            name=name,
            email=email,
            country=country,
            is_company=is_company,
        )
        return await gateway.onboarding_url(account_id=account_id, return_url=return_url, refresh_url=refresh_url)
    except Refused as refused:
        raise PaymentProblem(refused.message, code="ONBOARDING_REFUSED") from refused
    except Unknown as unknown:
        raise PaymentProblem(SILENT, code="NO_ANSWER") from unknown


async def _account(
    open_work: OpenWork,
    gateway: Gateway,
    *,
    payee_id: int,
    name: str,
    email: str,
    country: str,
    is_company: bool,
) -> str:
    async with open_work() as work:
        payee = await store.ensure_payee(work, payee_id)
        known, attempt = payee.account_id, payee.attempt
    if known is not None:
        return known
    try:
        account = await gateway.create_account(
            payee_id=payee_id,
            name=name,
            email=email,
            country=country,
            is_company=is_company,
            key=f"payee:{payee_id}:account:{attempt}",
        )
    except Refused:
        async with open_work() as work:
            payee = await store.lock_payee(work, payee_id)
            payee.attempt = max(payee.attempt, attempt + 1)
        raise
    async with open_work() as work:
        payee = await store.lock_payee(work, payee_id)
        if payee.account_id is None and payee.attempt == attempt:
            await store.keep_account(work, payee_id=payee_id, account_id=account.id)
            payee.account_id = account.id
            _take_over(work, payee, account)
        return payee.account_id or account.id


async def refresh(open_work: OpenWork, gateway: Gateway, payee_id: int) -> None:
    """Read the account again. An answer that another refresh has overtaken is dropped for a newer one."""
    while not await _refreshed(open_work, gateway, payee_id):
        pass


async def _refreshed(open_work: OpenWork, gateway: Gateway, payee_id: int) -> bool:
    async with open_work() as work:
        known = await store.payee(work, payee_id)
        if known is None:
            raise NotFound(f"There is no payee {payee_id}.")
        account_id, seen_at = known.account_id, known.updated_at
    if account_id is None:
        return True
    try:
        account = await gateway.find_account(account_id)
    except Refused as refused:  # it is not shown to us: whatever became of it, it cannot be sent anything now
        log.warning("account %s of payee %s cannot be read: %s", account_id, payee_id, refused.message)
        account = AccountSeen(account_id, AccountState.REJECTED, ())
    async with open_work() as work:
        payee = await store.lock_payee(work, payee_id)
        if payee.updated_at != seen_at:
            return False
        if account.is_closed:
            await _let_go(work, payee, account)
        else:
            _take_over(work, payee, account)
    return True


async def _let_go(work: Work, payee: Payee, account: AccountSeen) -> None:
    """The next account is asked for with a new key. Shares wait for it."""
    await store.close_account(work, account.id)
    payee.account_id, payee.attempt = None, payee.attempt + 1
    payee.status, payee.requirements, payee.updated_at = PayeeStatus.NOT_STARTED, [], work.now
    work.record(PayeeChanged(payee_id=payee.id))


def _take_over(work: Work, payee: Payee, account: AccountSeen) -> None:
    """What the service says of the account. A fact only when it says something new."""
    status, requirements = rules.payee_status(payee.status, account.transfers), list(account.requirements)
    if (status, requirements) != (payee.status, payee.requirements):
        work.record(PayeeChanged(payee_id=payee.id))
    payee.status, payee.requirements, payee.updated_at = status, requirements, work.now
