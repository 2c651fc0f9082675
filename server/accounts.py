"""Accounts that people make for themselves: POST /accounts, POST /members (with an invitation), POST /password."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from core.actor import ANONYMOUS
from core.errors import InvalidInput
from core.work import Work
from market import people, rules
from market.people import NewAccount
from market.rights import Industry
from market.states import PartyKind
from market.tables import Person
from server import forms, passwords, store
from server.attempts import ACCOUNT, NEW_ACCOUNTS, network
from server.database import Database
from server.forms import Page

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Accounts:
    page: Page
    database: Database

    async def create(self, request: Request) -> Response:
        """{"kind", "name", "handle", "country", "industry" (a brand's), "email", "password"}: 201 {"name": email}, signed
        in. Whether an email is known is told only to who sends an otherwise good account, and counted by address."""
        given = await forms.object_of(request)
        kind, industry = _one_of(PartyKind, given, "kind"), _industry(given)
        name, handle, country = (forms.text(given, each, most=200) for each in ("name", "handle", "country"))
        people.check_account(kind=kind, name=name, handle=handle, country=country, industry=industry)
        email, password = _new_credentials(given)
        await self._count(request)
        hashed = await self.page.authenticator.hash(password)
        account = NewAccount(kind, name, handle, country, industry, email, hashed)
        async with self.database.work(ANONYMOUS)() as work:
            _, person = await people.register(work, account)
            secret = await self._begin(request, work, person)
        return self.page.remember(forms.answered({"name": person.email}, status=201), secret)

    async def join(self, request: Request) -> Response:
        """{"invitation"} from who is signed in; or with {"name", "email", "password"}, which makes an account: 201."""
        given = await forms.object_of(request)
        invitation = forms.text(given, "invitation", most=100)
        caller = await self.page.authenticator.caller_of(request)
        await self._count(request)
        if caller.by_cookie:
            caller = await self.page.caller(request)
            async with self.database.work(caller.actor)() as work:
                person = await people.join(work, secret=invitation, person_id=caller.actor.person_id)
            return forms.answered({"name": person.email}, status=201)
        name = rules.check_line(forms.text(given, "name", most=200), path=["name"])
        email, password = _new_credentials(given)
        hashed = await self.page.authenticator.hash(password)
        async with self.database.work(ANONYMOUS)() as work:
            person = await people.join(
                work, secret=invitation, person_id=None, email=email, name=name, password_hash=hashed
            )
            secret = await self._begin(request, work, person)
        return self.page.remember(forms.answered({"name": person.email}, status=201), secret)

    async def change_password(self, request: Request) -> Response:
        """{"current", "new"}: 204. Every other session ends, and this one gets a new secret."""
        caller = await self.page.caller(request)
        given = await forms.object_of(request)
        current = forms.text(given, "current")
        async with self.database.read(caller.actor)() as read:
            person = await store.person(read, caller.actor.person_id)
        new = passwords.check(forms.text(given, "new"), path="new", near=(person.email,))
        await self.page.authenticator.attempts.count((ACCOUNT, person.email))
        known = person.password_hash
        if known is None or not await self.page.authenticator.verify(known, current):
            raise InvalidInput("That is not your password of now.", code="WRONG_PASSWORD", path=["current"])
        hashed = await self.page.authenticator.hash(new)
        async with self.database.work(caller.actor)() as work:
            secret = await people.change_password(
                work, known_hash=known, password_hash=hashed, user_agent=request.headers.get("user-agent", "")
            )
        await self.page.authenticator.attempts.succeeded(ACCOUNT, person.email)
        return self.page.remember(Response(status_code=204), secret)

    async def _count(self, request: Request) -> None:
        address = request.client.host if request.client else None
        await self.page.authenticator.attempts.count((NEW_ACCOUNTS, network(address)))

    async def _begin(self, request: Request, work: Work, person: Person) -> str:
        return await people.begin_session(
            work,
            person,
            method="password",
            user_agent=request.headers.get("user-agent", ""),
            replaces=self.page.cookie(request),
        )


def _new_credentials(given: Mapping[str, Any]) -> tuple[str, str]:
    email = rules.check_email(forms.text(given, "email", most=300))
    return email, passwords.check(forms.text(given, "password"), path="password", near=(email,))


def _industry(given: Mapping[str, Any]) -> Industry | None:
    return None if given.get("industry") is None else _one_of(Industry, given, "industry")


def _one_of(values: type[E], given: Mapping[str, Any], name: str) -> E:
    value = given.get(name)
    if not isinstance(value, str) or value not in list(values):
        raise InvalidInput(f"`{name}` is one of {', '.join(values)}.", path=[name])
    return values(value)
