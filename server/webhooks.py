"""What Stripe sends: verified, kept once, answered at once. What it means is a job's to find out."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.actor import SYSTEM
from payments import webhooks
from payments.errors import ForgedEvent, OtherMode
from payments.gateway import Gateway
from server.database import Database


@dataclass(frozen=True, slots=True)
class Webhook:
    """One endpoint. Any one of `secrets` may have signed an event."""

    database: Database
    gateway: Gateway
    secrets: tuple[str, ...]

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        try:
            seen = self.gateway.read_event(body, request.headers.get("stripe-signature", ""), self.secrets)
        except OtherMode as other:
            return PlainTextResponse(f"{other}\n")  # refused, it would come again for days, and then nothing more would
        except ForgedEvent as forged:
            return PlainTextResponse(f"{forged}\n", status_code=400)
        async with self.database.work(SYSTEM)() as work:
            await webhooks.receive(work, seen)
        return PlainTextResponse("kept\n")  # after the commit: from now on it cannot be lost
