"""A receiver of webhooks that reads each as the product does, and remembers what it saw."""

from typing import Any

import httpx
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments.stripe_gateway import StripeGateway
from tests.fakes.sandbox import CONNECT_SECRET, CONNECT_URL, PLATFORM_SECRET, PLATFORM_URL


class Receiver:
    """Reads every event with the gateway, as the product does. `down`: how many to turn away first."""

    def __init__(self, gateway: StripeGateway) -> None:
        self.gateway = gateway
        self.seen: list[tuple[str, str, str | None]] = []
        self.down = 0
        paths = {httpx.URL(PLATFORM_URL).path: PLATFORM_SECRET, httpx.URL(CONNECT_URL).path: CONNECT_SECRET}
        self.app = Starlette(
            routes=[Route(path, self._route(secret), methods=["POST"]) for path, secret in paths.items()]
        )

    def _route(self, secret: str) -> Any:
        async def receive(request: Request) -> Response:
            if self.down:
                self.down -= 1
                return Response(status_code=503)
            body, signature = await request.body(), request.headers["stripe-signature"]
            event = self.gateway.read_event(body, signature, (secret,))
            if event.body["object"] == "event":
                stripe.Webhook.construct_event(body, signature, secret)
            self.seen.append((secret, event.type, event.account_id))
            return Response(status_code=204)

        return receive
