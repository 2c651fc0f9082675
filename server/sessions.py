"""Signing in and out, for people with a browser: POST /session, DELETE /session."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.auth import SESSION_LENGTH, Authenticator, TooMany, WrongCredential, is_from_our_page
from server.graphql import errors, negotiation
from server.graphql.negotiation import Malformed


@dataclass(frozen=True, slots=True)
class Sessions:
    authenticator: Authenticator

    async def answer(self, request: Request) -> Response:
        return await (self._begin(request) if request.method == "POST" else self._end(request))

    async def _begin(self, request: Request) -> Response:
        """{"email", "password"} as JSON, which a form of another site cannot send."""
        try:
            email, password = await _given(request)
            name, secret = await self.authenticator.sign_in(email, password, request.headers.get("user-agent", ""))
        except Malformed as fault:
            return _refused(request, 400, "BAD_USER_INPUT", str(fault))
        except WrongCredential as wrong:
            return _refused(request, 401, "UNAUTHENTICATED", str(wrong))
        except TooMany:
            return _refused(
                request, 429, "RATE_LIMITED", "Too many are signing in just now. Try again in a few seconds."
            )
        answer = JSONResponse({"name": name}, headers={"Cache-Control": "no-store"})
        answer.set_cookie(self.authenticator.cookie, secret, max_age=_seconds(SESSION_LENGTH), **self._attributes())
        return answer

    async def _end(self, request: Request) -> Response:
        cookie = request.cookies.get(self.authenticator.cookie)
        if cookie and not is_from_our_page(request):
            return _refused(request, 403, "FORBIDDEN", "Send the header X-Requested-With.")
        if cookie:
            await self.authenticator.sign_out(cookie)
        answer = Response(status_code=204)
        answer.delete_cookie(self.authenticator.cookie, **self._attributes())
        return answer

    def _attributes(self) -> dict[str, Any]:
        return {"path": "/", "secure": self.authenticator.is_https, "httponly": True, "samesite": "lax"}


async def _given(request: Request) -> tuple[str, str]:
    if not negotiation.is_json(request.headers.get("content-type")):
        raise Malformed("Send JSON: Content-Type: application/json.")
    given = negotiation.read_json(await request.body())
    email, password = (given.get("email"), given.get("password")) if isinstance(given, dict) else (None, None)
    if not isinstance(email, str) or not isinstance(password, str) or "\0" in email:
        raise Malformed('Send {"email": "...", "password": "..."}.')
    return email, password


def _refused(request: Request, status: int, code: str, message: str) -> Response:
    return JSONResponse({"errors": errors.problem(code, message, request.state.request_id)}, status_code=status)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
