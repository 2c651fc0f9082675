"""Every payee gets exactly its share, once it can receive."""

import asyncio

import pytest

from payments import ledger, transfers
from payments.errors import Refused, Unknown
from payments.facts import PayeeChanged, ShareHeld, ShareTransferred
from payments.gateway import AccountState
from payments.states import AccountKind, PayeeStatus, ShareStatus
from payments.store import Side
from tests.fakes.crashes import Crash, Fuse, FusedGateway, fused_work
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom


@pytest.fixture
async def paid(room: MoneyRoom) -> int:
    """A payment that succeeded; the model and her agency can both receive."""
    await room.payer()
    for payee_id in (MODEL, AGENCY):
        await room.payee(payee_id)
    return await room.paid()


async def test_shares_go_to_their_payees(room: MoneyRoom, paid: int) -> None:
    for _ in range(2):
        await room.send(paid)
    model, agency, _ = await room.shares(paid)
    assert (model.status, agency.status) == (ShareStatus.TRANSFERRED, ShareStatus.TRANSFERRED)
    assert model.account_id == (await room.find_payee(MODEL)).account_id
    assert [(fact.payee_id, fact.amount_minor) for fact in room.told(ShareTransferred)] == [
        (MODEL, 6800),
        (AGENCY, 1700),
    ]
    assert await room.balance(Side(AccountKind.PAYABLE, MODEL)) == 0
    assert await room.balance(Side(AccountKind.PAYEE_BALANCE, MODEL)) == 6800
    assert await room.balance(ledger.STRIPE_BALANCE) == 1500 - 175
    await room.books_agree()


async def test_nothing_is_sent_before_the_money_is_there(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    await room.payee(MODEL)
    payment_id = await room.paid()
    await room.send(payment_id)
    assert room.calls("create_transfer") == []
    await room.books_agree()


async def test_a_share_waits_for_a_payee_who_has_no_account(room: MoneyRoom) -> None:
    await room.payer()
    await room.payee(AGENCY)
    payment_id = await room.paid()
    for _ in range(2):
        await room.send(payment_id)
    model, agency, _ = await room.shares(payment_id)
    assert (model.status, agency.status) == (ShareStatus.HELD, ShareStatus.TRANSFERRED)
    assert model.hold_reason == "The payee has not set up its account yet."
    assert [fact.payee_id for fact in room.told(ShareHeld)] == [MODEL]
    await room.books_agree()

    await room.payee(MODEL)
    assert room.told(PayeeChanged)[-1].payee_id == MODEL
    async with room.work() as work:
        assert await transfers.release(work, MODEL) == [payment_id]
    await room.send(payment_id)
    assert (await room.shares(payment_id))[0].status is ShareStatus.TRANSFERRED
    async with room.work() as work:
        assert await transfers.release(work, MODEL) == []
    await room.books_agree()


async def test_nothing_is_released_for_a_payee_who_cannot_receive(room: MoneyRoom) -> None:
    await room.payer()
    await room.payee(MODEL, AccountState.PENDING)
    await room.send(await room.paid())
    async with room.work() as work:
        assert await transfers.release(work, MODEL) == []


async def test_a_refused_transfer_is_held_and_sent_under_a_new_key_later(room: MoneyRoom, paid: int) -> None:
    account_id = (await room.find_payee(MODEL)).account_id or ""
    room.gateway.set_account(account_id, AccountState.RESTRICTED, "identity.document")
    await room.send(paid)
    model, agency, _ = await room.shares(paid)
    assert (model.status, model.attempt, agency.status) == (ShareStatus.HELD, 2, ShareStatus.TRANSFERRED)
    assert model.hold_reason == "The account cannot receive transfers."
    assert (await room.find_payee(MODEL)).status is PayeeStatus.RESTRICTED  # the refusal made us look
    await room.send(paid)
    assert len(room.told(ShareHeld)) == 1

    await room.payee(MODEL)
    await room.send(paid)
    keys = [call.split()[1] for call in room.calls("create_transfer")]
    assert keys == [f"share:{model.id}:transfer:1", f"share:{agency.id}:transfer:1", f"share:{model.id}:transfer:2"]
    await room.books_agree()


@pytest.mark.parametrize("fault", ["lost", "silent"])
@pytest.mark.parametrize("a_day_later", [False, True])
async def test_an_answer_that_never_came_is_found_out(
    room: MoneyRoom, paid: int, fault: str, a_day_later: bool
) -> None:
    room.gateway.fail("create_transfer", fault)  # type: ignore[arg-type]
    with pytest.raises(Unknown):
        await room.send(paid)
    assert [share.status for share in await room.shares(paid)][:2] == [ShareStatus.PENDING, ShareStatus.TRANSFERRED]
    if a_day_later:
        await room.age(paid)
    await room.send(paid)
    assert len(room.gateway.transfers) == len(room.told(ShareTransferred)) == 2
    await room.books_agree()


async def test_a_refusal_whose_answer_was_lost_is_replayed_not_passed_by(room: MoneyRoom, paid: int) -> None:
    account_id = (await room.find_payee(MODEL)).account_id or ""
    room.gateway.set_account(account_id, AccountState.RESTRICTED)
    room.gateway.fail("create_transfer", "lost")
    with pytest.raises(Unknown):
        await room.send(paid)
    room.gateway.set_account(account_id, AccountState.ACTIVE)
    await room.send(paid)  # the same key is refused again: only now is the refusal known
    assert (await room.shares(paid))[0].status is ShareStatus.HELD
    await room.send(paid)
    assert (await room.shares(paid))[0].status is ShareStatus.TRANSFERRED
    await room.books_agree()


async def test_two_senders_at_once_send_once(room: MoneyRoom, paid: int) -> None:
    await asyncio.gather(*(room.send(paid) for _ in range(3)))
    assert len(room.told(ShareTransferred)) == len(room.gateway.transfers) == 2
    await room.books_agree()


async def test_two_senders_at_once_record_one_refusal(room: MoneyRoom, paid: int) -> None:
    room.gateway.fail("create_transfer", Refused("Not today.", code="balance_insufficient"))
    await asyncio.gather(*(room.send(paid) for _ in range(2)))
    model = (await room.shares(paid))[0]
    assert model.attempt == 2 or model.status is ShareStatus.TRANSFERRED
    await room.send(paid)
    assert len(room.gateway.transfers) == 2
    await room.books_agree()


async def test_a_crash_around_a_refusal_loses_no_share(room: MoneyRoom, paid: int) -> None:
    refused = Refused("Not today.", code="balance_insufficient")
    room.gateway.fail("create_transfer", refused)
    unharmed = Fuse()
    await transfers.send(fused_work(room.work, unharmed), FusedGateway(room.gateway, unharmed), paid)
    await room.send(paid)
    for moment in range(1, unharmed.passed + 1):
        payment_id, fuse = await room.paid(), Fuse(blows_at=moment)
        room.gateway.faults["create_transfer"] = [refused]
        with pytest.raises(Crash):
            await transfers.send(fused_work(room.work, fuse), FusedGateway(room.gateway, fuse), payment_id)
        for _ in range(2):
            await room.send(payment_id)
        assert {share.status for share in await room.shares(payment_id)} == {ShareStatus.TRANSFERRED}
    await room.books_agree()
