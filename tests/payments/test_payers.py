"""A payer has a customer, made once, and a method that can be charged today or not."""

import asyncio
from datetime import timedelta

import pytest

from payments import payers, store
from payments.errors import PaymentProblem, Refused
from payments.tables import Payer
from tests.fakes.money_room import BRAND, MoneyRoom


async def start(room: MoneyRoom, name: str = "Hygge & Mode") -> str:
    return await payers.start_setup(room.work, room.gateway, payer_id=BRAND, name=name, return_url="https://a.b")


async def known(room: MoneyRoom) -> Payer:
    async with room.read() as read:
        payer = await store.payer(read, BRAND)
    assert payer is not None
    return payer


async def able(room: MoneyRoom) -> bool:
    async with room.read() as read:
        alone, together = await payers.can_pay(read, BRAND), await payers.payers_able(read, [BRAND, 999])
    assert together == ({BRAND} if alone else set())
    return alone


async def test_the_customer_is_made_at_the_first_call_and_the_page_at_every_one(room: MoneyRoom) -> None:
    assert await start(room) != await start(room)
    assert len(room.gateway.customers) == 1
    assert room.calls("create_customer") == [f"create_customer payer:{BRAND}:customer:1"]


async def test_two_who_start_at_once_make_one_customer(room: MoneyRoom) -> None:
    await asyncio.gather(start(room), start(room))
    assert len(room.gateway.customers) == 1


async def test_a_lost_answer_makes_no_second_customer(room: MoneyRoom) -> None:
    room.gateway.fail("create_customer", "lost")
    with pytest.raises(PaymentProblem) as problem:
        await start(room)
    assert problem.value.code == "NO_ANSWER"
    await start(room)
    assert len(room.gateway.customers) == 1


async def test_after_a_refusal_the_next_try_has_a_new_key(room: MoneyRoom) -> None:
    room.gateway.fail("create_customer", Refused("The name is too long.", code="parameter_invalid"))
    with pytest.raises(PaymentProblem, match="too long"):
        await start(room)
    await start(room, name="Mode")
    assert room.calls("create_customer")[-1] == f"create_customer payer:{BRAND}:customer:2"


async def test_a_payer_can_pay_until_its_card_expires(room: MoneyRoom) -> None:
    customer_id = await room.payer()
    assert await able(room)
    async with room.read() as read:
        today = read.today
    for expires_on, can in ((today, True), (today - timedelta(days=1), False), (None, True)):
        room.gateway.saved.clear()
        room.gateway.save_method(customer_id, expires_on=expires_on)
        await payers.refresh(room.work, room.gateway, BRAND)
        assert await able(room) is can


async def test_who_has_no_method_or_an_expired_one_is_told_what_to_do(room: MoneyRoom) -> None:
    assert not await able(room)
    async with room.work() as work:
        with pytest.raises(PaymentProblem) as none:
            await payers.check_can_pay(work, BRAND)
    assert none.value.code == "NO_PAYMENT_METHOD"

    customer_id = await room.payer()
    async with room.work() as work:
        await payers.check_can_pay(work, BRAND)
        yesterday = work.today - timedelta(days=1)
    room.gateway.saved.clear()
    room.gateway.save_method(customer_id, expires_on=yesterday)
    await payers.refresh(room.work, room.gateway, BRAND)
    async with room.work() as work:
        with pytest.raises(PaymentProblem, match="Visa ending in 4242 has expired"):
            await payers.check_can_pay(work, BRAND)


async def test_a_method_that_is_gone_at_the_service_is_gone_here(room: MoneyRoom) -> None:
    customer_id = await room.payer()
    assert (await known(room)).payment_method_label == "Visa ending in 4242"
    del room.gateway.saved[customer_id]
    await payers.refresh(room.work, room.gateway, BRAND)
    assert (await known(room)).payment_method_label is None
    assert not await able(room)


async def test_of_many_refreshes_at_once_the_newest_answer_stays(room: MoneyRoom) -> None:
    customer_id = await room.payer()

    async def change() -> None:
        room.gateway.save_method(customer_id)
        await payers.refresh(room.work, room.gateway, BRAND)

    await asyncio.gather(*(change() for _ in range(4)))
    assert (await known(room)).payment_method_id == room.gateway.saved[customer_id][0].id


async def test_of_several_cards_the_newest_that_can_be_charged_is_taken(room: MoneyRoom) -> None:
    customer_id = await room.payer()
    good = (await known(room)).payment_method_id
    async with room.read() as read:
        yesterday = read.today - timedelta(days=1)
    room.gateway.save_method(customer_id, expires_on=yesterday)
    await payers.refresh(room.work, room.gateway, BRAND)
    assert (await known(room)).payment_method_id == good
    newest = room.gateway.save_method(customer_id)
    await payers.refresh(room.work, room.gateway, BRAND)
    assert (await known(room)).payment_method_id == newest.id


async def test_a_customer_that_was_deleted_cannot_pay_and_is_made_anew(room: MoneyRoom) -> None:
    old = await room.payer()
    gone = Refused("No such customer.", code="resource_missing")
    room.gateway.fail("saved_methods", gone)
    await payers.refresh(room.work, room.gateway, BRAND)
    assert not await able(room)
    room.gateway.fail("start_setup", gone)
    await start(room)
    assert (await known(room)).customer_id not in (None, old)
    assert room.calls("create_customer")[-1] == f"create_customer payer:{BRAND}:customer:2"
    room.gateway.fail("start_setup", Refused("not now"))
    with pytest.raises(PaymentProblem, match="not now"):
        await start(room)
    assert len(room.gateway.customers) == 2
