"""A payee has one account, and is READY exactly when that can receive transfers."""

import asyncio
from datetime import timedelta

import pytest

from core.errors import NotFound
from payments import payees, store
from payments.errors import PaymentProblem, Refused
from payments.facts import PayeeChanged
from payments.gateway import AccountState
from payments.states import PayeeStatus
from tests.fakes.money_room import MODEL, MoneyRoom


async def start(room: MoneyRoom) -> str:
    return await payees.start_onboarding(
        room.work,
        room.gateway,
        payee_id=MODEL,
        name="Ines Duarte",
        email="ines@example.com",
        country="PT",
        is_company=False,
        return_url="https://a.b",
        refresh_url="https://a.b",
    )


async def test_the_account_is_made_once_and_a_link_at_every_call(room: MoneyRoom) -> None:
    for _ in range(2):
        assert (await start(room)).startswith("https://connect.invalid/acct_")
    payee = await room.find_payee(MODEL)
    assert (payee.status, payee.requirements) == (PayeeStatus.ONBOARDING, ["identity.individual"])
    assert len(room.gateway.accounts) == len(room.told(PayeeChanged)) == 1


async def test_two_who_start_at_once_or_lose_an_answer_make_one_account(room: MoneyRoom) -> None:
    room.gateway.fail("create_account", "lost")
    await asyncio.gather(start(room), start(room), return_exceptions=True)
    await start(room)
    assert len(room.gateway.accounts) == 1


async def test_a_refusal_says_why_and_the_next_try_has_a_new_key(room: MoneyRoom) -> None:
    room.gateway.fail("create_account", Refused("PT is not supported.", code="country_unsupported"))
    with pytest.raises(PaymentProblem, match="PT is not supported"):
        await start(room)
    await start(room)
    keys = [call.split()[1] for call in room.calls("create_account")]
    assert keys == [f"payee:{MODEL}:account:{n}" for n in (1, 2)]


async def test_a_payee_is_told_of_only_when_something_is_new(room: MoneyRoom) -> None:
    account_id = await room.payee(MODEL)
    assert (await room.find_payee(MODEL)).status is PayeeStatus.READY
    told = len(room.told(PayeeChanged))
    await payees.refresh(room.work, room.gateway, MODEL)
    assert len(room.told(PayeeChanged)) == told

    room.gateway.set_account(account_id, AccountState.RESTRICTED, "identity.document")
    await payees.refresh(room.work, room.gateway, MODEL)
    payee = await room.find_payee(MODEL)
    assert (payee.status, payee.requirements) == (PayeeStatus.RESTRICTED, ["identity.document"])
    assert len(room.told(PayeeChanged)) == told + 1


async def test_an_account_that_is_not_shown_to_us_is_sent_nothing_until_it_is_again(room: MoneyRoom) -> None:
    """It has left our platform, or our key is that of another."""
    account_id = await room.payee(MODEL)
    room.gateway.fail("find_account", Refused("No access.", code="account_invalid"))
    await payees.refresh(room.work, room.gateway, MODEL)
    payee = await room.find_payee(MODEL)
    assert (payee.status, payee.account_id) == (PayeeStatus.RESTRICTED, account_id)
    async with room.read() as read:
        assert await store.payees_awaited(read, older_than=timedelta(0)) == [MODEL]
    await payees.refresh(room.work, room.gateway, MODEL)
    assert (await room.find_payee(MODEL)).status is PayeeStatus.READY


async def test_of_many_refreshes_at_once_the_newest_answer_stays(room: MoneyRoom) -> None:
    account_id = await room.payee(MODEL, AccountState.PENDING)

    async def change(state: AccountState) -> None:
        room.gateway.set_account(account_id, state)
        await payees.refresh(room.work, room.gateway, MODEL)

    await asyncio.gather(*(change(state) for state in (AccountState.RESTRICTED, AccountState.PENDING)))
    await change(AccountState.ACTIVE)
    assert (await room.find_payee(MODEL)).status is PayeeStatus.READY


async def test_those_who_are_not_ready_are_looked_at_in_turn(room: MoneyRoom) -> None:
    await room.payee(MODEL, AccountState.PENDING)
    async with room.read() as read:
        assert await store.payees_awaited(read, older_than=timedelta(0)) == [MODEL]
        assert await store.payees_awaited(read, older_than=timedelta(minutes=5)) == []


async def test_nobody_is_nobody(room: MoneyRoom) -> None:
    with pytest.raises(NotFound):
        await payees.refresh(room.work, room.gateway, 404)
