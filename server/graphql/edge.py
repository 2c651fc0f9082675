"""One request, whichever way it came: understood, paid for, prepared."""

from dataclasses import dataclass
from typing import Any

from server.auth import Authenticator
from server.graphql import allowance, errors
from server.graphql.allowance import Allowance, Beyond, Spent
from server.graphql.context import Contexts
from server.graphql.engine import Engine, Prepared, Rejected
from server.graphql.negotiation import Malformed, Parameters
from server.graphql.over_sse import Streams
from server.graphql.trusted import Trusted


@dataclass(frozen=True, slots=True)
class Paid:
    """What may run, and what `extensions` tell of it."""

    prepared: Prepared
    extensions: dict[str, Any]


class Refused(Exception):
    """Errors for the caller. `retry_after`: seconds, when it only has to wait."""

    def __init__(self, told: list[dict[str, Any]], *, retry_after: int | None = None) -> None:
        super().__init__(told)
        self.errors = told
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Edge:
    """What both transports stand on."""

    engine: Engine
    contexts: Contexts
    authenticator: Authenticator
    streams: Streams
    trusted: Trusted
    allowance: Allowance

    async def take(self, parameters: Parameters, holder: str, request_id: str, *, may_keep: bool = True) -> Paid:
        """`may_keep`: the document may be kept under its hash. Raises Refused, Malformed."""
        try:
            self.allowance.check(holder)
            is_new = may_keep and self.trusted.is_new(parameters)
            prepared = await self._prepared(parameters, holder)
            cost = await self.allowance.take(holder, prepared.cost + (allowance.REGISTERED if is_new else 0))
            if is_new:
                await self.trusted.keep(parameters.query)
            return Paid(prepared, {"cost": cost, "requestId": request_id})
        except Rejected as rejected:
            raise Refused(errors.present(rejected.errors, request_id)) from None
        except Beyond as beyond:
            raise Refused(errors.problem("TOO_COSTLY", str(beyond), request_id, **beyond.extensions)) from None
        except Spent as spent:
            told = errors.problem("RATE_LIMITED", str(spent), request_id, **spent.extensions)
            raise Refused(told, retry_after=spent.retry_after) from None

    async def _prepared(self, parameters: Parameters, holder: str) -> Prepared:
        """A refusal is paid for too: it took a look."""
        try:
            return self.engine.prepare(parameters, await self.trusted.understand(parameters))
        except (Rejected, Malformed):
            await self.allowance.take(holder, allowance.REFUSED)
            raise
