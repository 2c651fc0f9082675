"""The verbs of the money room, the real gateway and the sandbox together, whatever goes wrong between them."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments import charges, payees, payers, reconciliation, store, transfers, webhooks
from payments.errors import Unknown
from payments.facts import StripeEventReceived
from payments.gateway import EventSeen
from payments.sandbox.faults import FaultKind
from payments.states import PaymentStatus, PayoutStatus, ShareStatus
from tests.fakes.money_room import AGENCY, BRAND, MODEL, MoneyRoom
from tests.fakes.sandbox import CONNECT_SECRET, PLATFORM_SECRET, OfflineStripe

CREATE, CONFIRM, TRANSFER = "POST /v1/payment_intents", "POST */confirm", "POST /v1/transfers"
TRIES = 3  # of the SDK, for one call
ROUNDS = 4

Faults = Callable[[OfflineStripe], None]


async def ready(room: MoneyRoom, offline: OfflineStripe) -> None:
    """A brand with a card, a model and an agency who can receive."""
    await payers.start_setup(room.work, offline.gateway, payer_id=BRAND, name="Lumen", return_url="http://app.test")
    async with room.read() as read:
        payer = await store.payer(read, BRAND)
    assert payer is not None
    assert payer.customer_id is not None
    await offline.save_card(payer.customer_id)
    await payers.refresh(room.work, offline.gateway, BRAND)
    for payee_id in (MODEL, AGENCY):
        await payees.start_onboarding(
            room.work,
            offline.gateway,
            payee_id=payee_id,
            name=f"Payee {payee_id}",
            email="payee@example.test",
            country="SE",
            is_company=payee_id == AGENCY,
            return_url="http://app.test",
            refresh_url="http://app.test",
        )
        account_id = (await room.find_payee(payee_id)).account_id
        assert account_id is not None
        await offline.finish_onboarding(account_id)
        await payees.refresh(room.work, offline.gateway, payee_id)


async def insist(verb: Callable[[], object]) -> None:
    """As the jobs do: an unknown outcome is tried again."""
    for _ in range(ROUNDS):
        try:
            await verb()  # type: ignore[misc]
            return
        except Unknown:
            continue
    raise AssertionError(f"no answer in {ROUNDS} rounds")


def receiver(room: MoneyRoom, offline: OfflineStripe) -> Starlette:
    async def receive(request: Request) -> Response:
        secret = CONNECT_SECRET if request.url.path.endswith("/connect") else PLATFORM_SECRET
        body, signature = await request.body(), request.headers["stripe-signature"]
        seen: EventSeen = offline.gateway.read_event(body, signature, (secret,))
        async with room.work() as work:
            await webhooks.receive(work, seen)
        return Response(status_code=204)

    return Starlette(routes=[Route("/webhooks/{rest:path}", receive, methods=["POST"])])


def _lost(path: str, times: int = TRIES) -> Faults:
    return lambda offline: offline.cause(FaultKind.LOSE_ANSWER, path=path, times=times)


def _busy(path: str) -> Faults:
    return lambda offline: offline.cause(FaultKind.ANSWER, path=path, status=429, times=2)


@pytest.mark.parametrize(
    "fault",
    [lambda _: None, *(_lost(path) for path in (CREATE, CONFIRM, TRANSFER)), _busy("POST *"), _lost("*", 2 * TRIES)],
    ids=["all well", "create lost", "confirm lost", "transfer lost", "busy", "the line is bad"],
)
async def test_a_payment_is_charged_and_shared_once(room: MoneyRoom, sandbox: OfflineStripe, fault: Faults) -> None:
    await ready(room, sandbox)
    payment_id = await room.request()
    fault(sandbox)
    await insist(lambda: charges.drive(room.work, sandbox.gateway, payment_id))
    while (await room.payment(payment_id)).status is PaymentStatus.PROCESSING:
        await insist(lambda: charges.drive(room.work, sandbox.gateway, payment_id))
    await insist(lambda: transfers.send(room.work, sandbox.gateway, payment_id))
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    statuses = {share.role: share.status for share in await room.shares(payment_id) if share.payee_id is not None}
    assert statuses == {"MODEL": ShareStatus.TRANSFERRED, "AGENCY": ShareStatus.TRANSFERRED}
    await all_agree(room, sandbox)


async def test_payouts_are_followed_by_webhook(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await ready(room, sandbox)
    sandbox.deliver(receiver(room, sandbox))
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    await transfers.send(room.work, sandbox.gateway, payment_id)
    sandbox.cause(FaultKind.FAIL_PAYOUT, account=(await room.find_payee(AGENCY)).account_id, after_paid=True)
    for _ in range(3):
        sandbox.pay_out(steps=1)
        await sandbox.settle()
        for event in room.told(StripeEventReceived):
            await webhooks.handle(room.work, sandbox.gateway, event.event_row_id)
        await all_agree(room, sandbox)
    async with room.read() as read:
        payouts = {payout.payee_id: payout.status for payout in await store.every_payout(read)}
    assert payouts == {MODEL: PayoutStatus.PAID, AGENCY: PayoutStatus.FAILED}


async def all_agree(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    async with room.read() as read:
        assert await reconciliation.compare(read, sandbox.books) == []
