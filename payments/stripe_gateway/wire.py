"""The SDK's way to Stripe, on which every request waits for its turn, a repeated one too."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from payments.pace import Turn

TIMEOUT_SECONDS = 20
_ID = re.compile(r"/[a-z]{2,6}_\w*[A-Z0-9]\w*")


class PacedWire(stripe.HTTPXClient):
    def __init__(self, turn: Turn) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self._turn = turn

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        await self._turn(endpoint(method, url))
        return await super().request_async(method, url, headers, post_data)


def endpoint(method: str, url: str) -> str:
    """The operation without its ids: "POST /v1/payment_intents/*/confirm"."""
    return f"{method.upper()} {_ID.sub('/*', urlsplit(url).path)}"
