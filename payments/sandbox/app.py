"""The sandbox as a web application: Stripe's routes, the pages for people, and its own routes under /_sandbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from payments.sandbox import (
    accounts,
    charges,
    control,
    disputes,
    events,
    pages,
    pages_of_banks,
    payers,
    payouts,
    refunds,
    transactions,
    transfers,
)
from payments.sandbox.calls import Call, Trouble, invalid, present
from payments.sandbox.faults import FaultKind
from payments.sandbox.idempotency import Answer
from payments.sandbox.limits import busy
from payments.sandbox.settings import API_VERSION, SandboxSettings
from payments.sandbox.store import Thing, new_id
from payments.sandbox.world import World

Handler = Callable[[World, Call], Thing]

OPERATIONS: dict[str, Handler] = {
    "POST /v1/customers": payers.create_customer,
    "GET /v1/customers/{customer}/payment_methods": payers.list_methods,
    "POST /v1/checkout/sessions": payers.create_session,
    "POST /v1/payment_intents": charges.create_intent,
    "GET /v1/payment_intents": charges.list_intents,
    "GET /v1/payment_intents/{intent}": charges.find_intent,
    "POST /v1/payment_intents/{intent}/confirm": charges.confirm_intent,
    "POST /v1/payment_intents/{intent}/cancel": charges.cancel_intent,
    "POST /v1/transfers": transfers.create_transfer,
    "GET /v1/transfers": transfers.list_transfers,
    "POST /v1/transfers/{transfer}/reversals": transfers.reverse,
    "GET /v1/transfers/{transfer}/reversals": transfers.list_reversals,
    "POST /v1/refunds": refunds.create_refund,
    "GET /v1/refunds": refunds.list_refunds,
    "GET /v1/refunds/{refund}": refunds.find_refund,
    "GET /v1/disputes": disputes.list_disputes,
    "GET /v1/disputes/{dispute}": disputes.find_dispute,
    "GET /v1/radar/early_fraud_warnings/{warning}": disputes.find_warning,
    "GET /v1/charges": charges.list_charges,
    "GET /v1/balance": payouts.find_balance,
    "GET /v1/payouts": payouts.list_payouts,
    "GET /v1/payouts/{payout}": payouts.find_payout,
    "GET /v1/events": events.list_events,
    "GET /v2/core/events": events.list_account_events,
    "GET /v1/balance_transactions": transactions.list_transactions,
    "POST /v2/core/accounts": accounts.create_account,
    "GET /v2/core/accounts/{account}": accounts.find_account,
    "POST /v2/core/account_links": accounts.create_link,
}


def create_sandbox(settings: SandboxSettings | None = None) -> Starlette:
    """Its lifespan sends webhooks and makes payouts, and goes on with what a killed one left in its file."""
    world = World(settings or SandboxSettings())
    routes = [_route(operation, handler) for operation, handler in OPERATIONS.items()]
    app = Starlette(
        routes=[
            *routes,
            Route("/checkout/{session}", pages.checkout, methods=["GET", "POST"]),
            Route("/authenticate/{intent}", pages_of_banks.authenticate, methods=["GET", "POST"]),
            Route("/onboarding/{link}", pages.onboarding, methods=["GET", "POST"]),
            Route("/_sandbox/faults", control.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/books", control.books),
            Route("/_sandbox/payouts", control.pay_out, methods=["POST"]),
            Route("/_sandbox/refunds", control.refund, methods=["POST"]),
            Route("/_sandbox/disputes", control.dispute, methods=["POST"]),
        ],
        lifespan=_lifespan,
    )
    app.state.world = world
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    world: World = app.state.world
    tasks = [asyncio.create_task(world.outbox.run()), asyncio.create_task(payouts.run(world))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await world.close()


def _route(operation: str, handler: Handler) -> Route:
    method, path = operation.split(" ")

    async def serve(request: Request) -> Response:
        world: World = request.app.state.world
        try:
            _check_caller(request)
            world.limits.check(operation)
            call = await Call.of(request)
            name = f"{call.method} {call.path}"
            if world.faults.on(FaultKind.RESET, name):
                return BrokenOff()
            answer = await _answer(world, call, handler)
        except Trouble as trouble:
            return _response(Answer(trouble.status, trouble.body), trouble.headers)
        if world.faults.on(FaultKind.LOSE_ANSWER, name):
            return BrokenOff()
        if world.faults.on(FaultKind.GARBLE_ANSWER, name):
            return PlainTextResponse("<html>502 Bad Gateway</html>", 200, media_type="text/html")
        return _response(answer)

    return Route(path, serve, methods=[method])


def _check_caller(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise invalid("You did not provide an API key.", status=401)
    if "_live_" in key:
        raise invalid("This is a sandbox: it takes test keys only.", status=401)


async def _answer(world: World, call: Call, handler: Handler) -> Answer:
    name = f"{call.method} {call.path}"
    turned_away = world.faults.on(FaultKind.ANSWER, name)
    if turned_away and not turned_away.kept:
        raise _failure(turned_away.status)
    with world.keys.running(call):
        kept = world.keys.kept(call) if call.method == "POST" else None
        if kept is not None:
            return kept
        if delay := world.faults.on(FaultKind.DELAY, name):
            await asyncio.sleep(timedelta(milliseconds=delay.milliseconds).total_seconds())
        with world.state.commit():
            try:
                if turned_away:
                    raise _failure(turned_away.status)
                answer = Answer(200, present(world.state, handler(world, call), call))
            except Trouble as trouble:
                answer = Answer(trouble.status, trouble.body)
                if not trouble.kept:
                    return answer
            world.keys.keep(call, answer)
        return answer


def _failure(status: int) -> Trouble:
    if status == 429:
        return busy("global-concurrency")
    return Trouble(status, {"type": "api_error", "message": "Something went wrong on Stripe's end."})


def _response(answer: Answer, more: Mapping[str, str] | None = None) -> Response:
    replayed = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    headers = {"Request-Id": new_id("req"), "Stripe-Version": API_VERSION, **replayed, **(more or {})}
    return JSONResponse(answer.body, answer.status, headers=headers)


class BrokenOff(Response):
    """Announces an answer and never gives it: the server has to drop the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
