"""Passkeys (WebAuthn, https://www.w3.org/TR/webauthn-3/): making one while signed in, and signing in with one.

The person is verified by her device each time (a finger, a face, a code), so a passkey alone is two factors.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import webauthn
from starlette.requests import Request
from starlette.responses import Response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.actor import ANONYMOUS, Actor
from core.errors import InvalidInput
from core.seal import Seal
from market import people
from market import store as market
from market.states import Ceremony
from market.tables import Passkey, Person
from server import forms, store
from server.attempts import ADDRESS, CEREMONIES, network
from server.auth import WrongCredential
from server.database import Database
from server.forms import Page

CHALLENGE_HOLDS = timedelta(minutes=5)
LOOPBACK = re.compile(r"127\.0\.0\.1|\[?::1\]?")
UNKNOWN = "This passkey does not open anything here. Sign in with your password, or make a new one."


@dataclass(frozen=True, slots=True)
class Site:
    """Whose passkeys they are. On a laptop's loopback address that is `localhost`: browsers take no bare address."""

    name: str
    origins: tuple[str, ...]

    @classmethod
    def at(cls, public_url: str) -> "Site":
        parts = urlsplit(public_url)
        if LOOPBACK.fullmatch(parts.hostname or ""):
            port = f":{parts.port}" if parts.port else ""
            return cls("localhost", (f"{parts.scheme}://localhost{port}",))
        return cls(parts.hostname or "", (f"{parts.scheme}://{parts.netloc}",))


@dataclass(frozen=True, slots=True)
class Passkeys:
    page: Page
    database: Database
    seal: Seal
    site: Site

    # -------------------------------------------------------------- making one

    async def registration_options(self, request: Request) -> Response:
        """What `navigator.credentials.create` is given, as JSON."""
        caller = await self.page.caller(request)
        async with self.database.read(caller.actor)() as read:
            person = await store.person(read, caller.actor.person_id)
            known = await market.people.passkeys(read, person.id or 0)
        options = webauthn.generate_registration_options(
            rp_id=self.site.name,
            rp_name="Twinmarket",
            user_id=self.seal.id("Person", person.id or 0).encode(),
            user_name=person.email,
            user_display_name=person.name,
            timeout=int(CHALLENGE_HOLDS.total_seconds() * 1000),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        await self._keep(request, options.challenge, Ceremony.REGISTRATION, caller.actor)
        return forms.answered(orjson.loads(webauthn.options_to_json(options)))

    async def register(self, request: Request) -> Response:
        """{"name", "credential"}: 201 {"id", "name"}."""
        caller = await self.page.caller(request)
        given = await forms.object_of(request)
        name, credential = forms.text(given, "name", most=60), _credential(given)
        challenge = await self._take(credential, Ceremony.REGISTRATION, caller.actor)
        try:
            verified = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.site.name,
                expected_origin=list(self.site.origins),
                require_user_verification=True,
            )
        except _WRONG:
            raise InvalidInput("The passkey could not be verified. Try again.", path=["credential"]) from None
        async with self.database.work(caller.actor)() as work:
            passkey = await people.add_passkey(
                work,
                name=name,
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
            )
        told = {"id": self.seal.id("Passkey", passkey.id or 0), "name": passkey.name}
        return forms.answered(told, status=201)

    # -------------------------------------------------------------- signing in with one

    async def sign_in_options(self, request: Request) -> Response:
        """What `navigator.credentials.get` is given, as JSON. It names no credentials: the device offers those it has."""
        options = webauthn.generate_authentication_options(
            rp_id=self.site.name,
            timeout=int(CHALLENGE_HOLDS.total_seconds() * 1000),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        await self._keep(request, options.challenge, Ceremony.SIGN_IN, ANONYMOUS)
        return forms.answered(orjson.loads(webauthn.options_to_json(options)))

    async def sign_in(self, request: Request) -> Response:
        """{"credential"}: {"name": email}, and the session's cookie."""
        given = await forms.object_of(request)
        credential = _credential(given)
        await self.page.authenticator.attempts.count((ADDRESS, network(_address(request))))
        try:
            challenge = await self._take(credential, Ceremony.SIGN_IN, ANONYMOUS)
            person, secret = await self._enter(request, credential, challenge)
        except InvalidInput as wrong:
            raise WrongCredential(wrong.message) from None
        return self.page.remember(forms.answered({"name": person.email}), secret)

    async def _enter(self, request: Request, credential: Mapping[str, Any], challenge: bytes) -> tuple[Person, str]:
        """Under the passkey's lock: of two answers with the same count, one counts."""
        person_id: int | None = None
        try:
            async with self.database.work(ANONYMOUS)() as work:
                found = await market.people.lock_passkey(work, _bytes(credential.get("rawId")))
                if found is None:
                    raise InvalidInput(UNKNOWN)
                passkey, person = found
                person_id = person.id
                passkey.sign_count = self._verified(passkey, credential, challenge).new_sign_count
                passkey.last_used_at = work.now
                secret = await people.begin_session(
                    work,
                    person,
                    method="passkey",
                    user_agent=request.headers.get("user-agent", ""),
                    replaces=self.page.cookie(request),
                )
        except InvalidInput:
            await self.page.authenticator.refused(person_id, "passkey")
            raise
        return person, secret

    def _verified(self, passkey: Passkey, credential: Mapping[str, Any], challenge: bytes) -> VerifiedAuthentication:
        """A count that does not rise tells of a copy of the key: it is refused. (Most keys of today never count.)"""
        try:
            return webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.site.name,
                expected_origin=list(self.site.origins),
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _WRONG:
            raise InvalidInput(UNKNOWN) from None

    # -------------------------------------------------------------- challenges

    async def _keep(self, request: Request, challenge: bytes, ceremony: Ceremony, actor: Actor) -> None:
        await self.page.authenticator.attempts.count((CEREMONIES, network(_address(request))))
        async with self.database.work(actor)() as work:
            await market.people.keep_challenge(
                work,
                challenge,
                ceremony=ceremony,
                person_id=actor.person_id,
                expires_at=work.now + CHALLENGE_HOLDS,
            )

    async def _take(self, credential: Mapping[str, Any], ceremony: Ceremony, actor: Actor) -> bytes:
        """The challenge that the credential answers, spent from now on, whatever comes of it. Raises InvalidInput."""
        response = credential.get("response")
        try:
            told = response.get("clientDataJSON") if isinstance(response, dict) else None
            challenge = parse_client_data_json(_bytes(told)).challenge
        except _WRONG:
            raise InvalidInput("This is no answer of a passkey.", path=["credential"]) from None
        async with self.database.work(actor)() as work:
            taken = await market.people.take_challenge(work, challenge, ceremony=ceremony, person_id=actor.person_id)
        if not taken:
            raise InvalidInput(
                "The challenge was answered already, or too late. Begin again.", code="STALE", path=["credential"]
            )
        return challenge


_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What the library raises of a credential that is wrong, or no credential at all."""


def _credential(given: Mapping[str, Any]) -> dict[str, Any]:
    credential = given.get("credential")
    if not isinstance(credential, dict):
        raise InvalidInput("Send `credential`, as the browser's toJSON gives it.", path=["credential"])
    return credential


def _bytes(value: object) -> bytes:
    try:
        return base64url_to_bytes(value) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None
