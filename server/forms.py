"""What a page of ours sends outside GraphQL: a JSON object, and how it is answered and refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from market import people
from server import auth
from server.attempts import TooManyAttempts
from server.auth import Authenticator, TooMany, WrongCredential
from server.callers import Caller
from server.graphql import errors, negotiation
from server.graphql.negotiation import Malformed

NO_STORE = {"Cache-Control": "no-store"}


class Forbidden(Exception):
    """The message says what a page of ours would have sent."""


@dataclass(frozen=True, slots=True)
class Page:
    """Who may ask, and the cookie that remembers them."""

    authenticator: Authenticator
    public_url: str

    async def caller(self, request: Request) -> Caller:
        """The person who has signed in with this browser. Raises WrongCredential, Forbidden."""
        caller = await self.authenticator.caller_of(request)
        if not caller.by_cookie:
            raise WrongCredential("Sign in first.")
        if not auth.is_from_our_page(request):
            raise Forbidden("Send the header X-Requested-With.")
        request.state.caller = caller.actor.caller
        return caller

    def cookie(self, request: Request) -> str | None:
        return request.cookies.get(self.authenticator.cookie)

    def remember(self, answer: Response, secret: str) -> Response:
        """The session itself ends earlier where it must: for an operator, or when it is idle."""
        seconds = int(people.SESSION_LENGTH.total_seconds())
        answer.set_cookie(self.authenticator.cookie, secret, max_age=seconds, **self._attributes())
        return answer

    def forget(self, answer: Response) -> Response:
        answer.delete_cookie(self.authenticator.cookie, **self._attributes())
        return answer

    def _attributes(self) -> dict[str, Any]:
        return {"path": "/", "secure": self.authenticator.is_https, "httponly": True, "samesite": "lax"}

    def answering(self, do: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """`do`, with everything that it may refuse said in one shape. A page of others is turned away before it."""

        async def answer(request: Request) -> Response:
            try:
                if request.method == "POST" and not negotiation.is_json(request.headers.get("content-type")):
                    raise Malformed("Send JSON: Content-Type: application/json.")
                if auth.is_foreign(request, self.public_url):
                    raise Forbidden("Pages of others may not ask here.")
                return await do(request)
            except Malformed as fault:
                return refused(request, 400, "BAD_USER_INPUT", str(fault))
            except Forbidden as wrong:
                return refused(request, 403, "FORBIDDEN", str(wrong))
            except WrongCredential as wrong:
                return refused(request, 401, "UNAUTHENTICATED", str(wrong))
            except TooManyAttempts as many:
                return refused(request, 429, "RATE_LIMITED", str(many), retry_after=many.seconds)
            except TooMany:
                message = "Too many are signing in just now. Try again in a few seconds."
                return refused(request, 429, "RATE_LIMITED", message, retry_after=2)
            except Refusal as refusal:
                return _of_refusal(request, refusal)

        return answer


async def object_of(request: Request) -> Mapping[str, Any]:
    """The body. Raises Malformed."""
    given = negotiation.read_json(await request.body())
    if not isinstance(given, dict):
        raise Malformed("Send a JSON object.")
    return given


def text(given: Mapping[str, Any], name: str, *, most: int = 2000) -> str:
    """A member that must be there. Raises InvalidInput with its path."""
    value = given.get(name)
    if not isinstance(value, str) or not value or len(value) > most or "\0" in value:
        raise InvalidInput(f"Send `{name}`, as text of 1 to {most} characters.", path=[name])
    return value


def answered(told: Mapping[str, Any], *, status: int = 200) -> JSONResponse:
    return JSONResponse(told, status_code=status, headers=NO_STORE)


def refused(
    request: Request,
    status: int,
    code: str,
    message: str,
    *,
    path: Sequence[str] | None = None,
    reason: str | None = None,
    retry_after: int | None = None,
) -> Response:
    (problem,) = errors.problem(code, message, request.state.request_id)
    more = {"path": list(path) if path is not None else None, "reason": reason}
    problem["extensions"].update({name: value for name, value in more.items() if value is not None})
    headers = NO_STORE if retry_after is None else {**NO_STORE, "Retry-After": str(retry_after)}
    return JSONResponse({"errors": [problem]}, status_code=status, headers=headers)


def _of_refusal(request: Request, refusal: Refusal) -> Response:
    match refusal:
        case NotFound():
            status, code = 404, "NOT_FOUND"
        case NotAllowed():
            status, code = 403, "FORBIDDEN"
        case WrongState():
            status, code = 409, "BAD_USER_INPUT"
        case _:
            status, code = 400, "BAD_USER_INPUT"
    return refused(request, status, code, refusal.message, path=refusal.path, reason=refusal.code)
