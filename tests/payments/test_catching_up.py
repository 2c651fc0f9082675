"""After an outage what was missed is fetched: all of it, once, and over more than a page."""

import asyncio
from datetime import timedelta

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from payments import charges, transfers, webhooks
from payments.catching_up import catch_up
from payments.facts import PayoutPaid, StripeEventReceived
from payments.sandbox.accounts import set_transfers
from payments.sandbox.payers import new_method
from payments.states import PayeeStatus, PaymentStatus
from tests.fakes.money_room import MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree, insist, ready, receiver

WEEK = timedelta(days=7)


def dead() -> Starlette:
    async def refuse(request: object) -> Response:
        return Response(status_code=503)

    return Starlette(routes=[Route("/{rest:path}", refuse, methods=["POST"])])


async def handled(room: MoneyRoom, stripe: OfflineStripe) -> None:
    for event in room.told(StripeEventReceived):
        await insist(lambda row_id=event.event_row_id: webhooks.handle(room.work, stripe.gateway, row_id))  # type: ignore[misc]


async def test_what_was_missed_is_fetched_once(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await ready(room, sandbox)
    sandbox.deliver(dead())
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    await transfers.send(room.work, sandbox.gateway, payment_id)
    sandbox.pay_out()
    account_id = (await room.find_payee(MODEL)).account_id or ""
    account = sandbox.world.state.find(account_id, "v2.core.account")
    assert account is not None
    with sandbox.world.state.commit():
        set_transfers(sandbox.world, account, "restricted")
        for _ in range(250):  # and more than two pages of other news
            method = new_method(sandbox.world.state, "ok", None)
            sandbox.world.outbox.snapshot("payment_method.attached", method)
    await sandbox.world.outbox.deliver()  # nobody answers
    assert room.told(StripeEventReceived) == []

    missed = await catch_up(room.work, sandbox.gateway, back=WEEK)
    assert missed == len(sandbox.world.state.all("event")) + len(sandbox.world.state.all("v2.core.event"))
    assert missed > 250
    assert await catch_up(room.work, sandbox.gateway, back=WEEK) == 0
    await handled(room, sandbox)
    assert len(room.told(PayoutPaid)) == 2
    assert (await room.find_payee(MODEL)).status is PayeeStatus.RESTRICTED
    await all_agree(room, sandbox)

    sandbox.deliver(receiver(room, sandbox))  # the line is back, and all of it comes again
    before = len(room.told(StripeEventReceived))
    await sandbox.settle()
    assert len(room.told(StripeEventReceived)) == before
    await all_agree(room, sandbox)


async def test_delivered_events_are_left_out_unless_all_are_asked_for(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    sandbox.deliver(
        Starlette(routes=[Route("/{rest:path}", lambda _: Response(), methods=["POST"])])
    )  # deaf, but polite
    await ready(room, sandbox)
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    await sandbox.settle()
    platforms = len([each for each in sandbox.world.state.all("event") if "account" not in each])
    assert await catch_up(room.work, sandbox.gateway, back=WEEK, of_payees=False) == len(
        sandbox.world.state.all("v2.core.event")
    )
    assert await catch_up(room.work, sandbox.gateway, back=WEEK, of_payees=False, only_undelivered=False) == platforms
    await handled(room, sandbox)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED


async def test_what_is_older_than_asked_for_is_left_alone(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    sandbox.deliver(dead())
    await ready(room, sandbox)
    for event in (*sandbox.world.state.all("event"), *sandbox.world.state.all("v2.core.event")):
        event["created"] = 1 if isinstance(event["created"], int) else "2020-01-01T00:00:00.000Z"
    assert await catch_up(room.work, sandbox.gateway, back=WEEK) == 0


async def test_two_who_catch_up_at_once_keep_each_event_once(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    sandbox.deliver(dead())
    await ready(room, sandbox)
    both = await asyncio.gather(*(catch_up(room.work, sandbox.gateway, back=WEEK) for _ in range(2)))
    assert sum(both) == len(room.told(StripeEventReceived)) > 0
