"""Signing in and out with email and password: POST /session, DELETE /session."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server import auth, forms
from server.forms import Forbidden, Page
from server.graphql.negotiation import Malformed


@dataclass(frozen=True, slots=True)
class Sessions:
    page: Page

    async def answer(self, request: Request) -> Response:
        return await (self._begin(request) if request.method == "POST" else self._end(request))

    async def _begin(self, request: Request) -> Response:
        """{"email", "password"} as JSON, which a form of another site cannot send. A session that was there ends."""
        given = await forms.object_of(request)
        email, password = given.get("email"), given.get("password")
        if not isinstance(email, str) or not isinstance(password, str) or "\0" in email:
            raise Malformed('Send {"email": "...", "password": "..."}.')
        name, secret = await self.page.authenticator.sign_in(
            email,
            password,
            request.headers.get("user-agent", ""),
            address=request.client.host if request.client else None,
            replaces=self.page.cookie(request),
        )
        return self.page.remember(forms.answered({"name": name}), secret)

    async def _end(self, request: Request) -> Response:
        cookie = self.page.cookie(request)
        if cookie and not auth.is_from_our_page(request):
            raise Forbidden("Send the header X-Requested-With.")
        if cookie:
            await self.page.authenticator.sign_out(cookie)
        return self.page.forget(Response(status_code=204))
