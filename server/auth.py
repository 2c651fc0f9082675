"""Who is asking: an API key (`Authorization: Bearer tm_...`) or a session's cookie -> Actor."""

import asyncio
import hashlib
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from starlette.requests import HTTPConnection

from core.actor import ANONYMOUS, SYSTEM, Actor
from server import store
from server.database import Database

KEY = re.compile(r"tm_[A-Za-z0-9_-]{8}_[A-Za-z0-9_-]{43}")
SESSION_LENGTH = timedelta(hours=12)
MAXIMUM_PASSWORD = 200
HASHERS = 2
"""Each hash takes 64 MiB and a tenth of a second of one core."""
MAXIMUM_WAITING = 20
"""Sign-ins that may wait for a hasher; more are turned away, so that they cannot pile up."""

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
_pool = ThreadPoolExecutor(HASHERS, thread_name_prefix="argon2")
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe())
"""Checked when nobody has that email, so that the answer takes as long."""


class WrongCredential(Exception):
    """The message says what would be right; never which part was wrong."""


class TooMany(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor, and by what it is known: `key_id` and `sign_in_id` are null for the anonymous. `by_cookie`: a browser
    sends the credential along by itself, so what changes anything must prove that our own page asked."""

    actor: Actor
    key_id: int | None = None
    sign_in_id: int | None = None
    by_cookie: bool = False

    @property
    def credential(self) -> tuple[int | None, int | None]:
        return self.key_id, self.sign_in_id


NOBODY = Caller(ANONYMOUS)


class Authenticator:
    """Credentials -> callers. Keys that were used are noted in `used`; `server.presence` writes them down later."""

    def __init__(self, database: Database, *, is_https: bool) -> None:
        self.database = database
        self.cookie = "__Host-twinmarket" if is_https else "twinmarket"
        self.is_https = is_https
        self.used: set[int] = set()
        self._waiting = 0

    async def caller_of(self, request: HTTPConnection) -> Caller:
        """From the headers of a request or a WebSocket's handshake. Raises WrongCredential."""
        header = request.headers.get("authorization")
        if header is not None:
            return await self.bearer(header)
        if cookie := request.cookies.get(self.cookie):
            return await self._by_cookie(cookie)
        return NOBODY

    async def bearer(self, header: str) -> Caller:
        scheme, _, key = header.strip().partition(" ")
        if scheme.lower() != "bearer":
            raise WrongCredential("The Authorization header must be `Bearer`, a space and an API key.")
        return await self.by_key(key.strip())

    async def by_key(self, key: str) -> Caller:
        if not KEY.fullmatch(key):
            raise WrongCredential("That is not an API key of this marketplace: they begin with `tm_`.")
        async with self.database.read(SYSTEM)() as read:
            holder = await store.key_holder(read, digest(key))
        if holder is None or holder.key_id is None:
            raise WrongCredential("This API key is unknown or was revoked. Make a new one with createApiKey.")
        if holder.last_used_at is None or read.now - holder.last_used_at > timedelta(minutes=1):
            self.used.add(holder.key_id)
        return Caller(holder.actor, key_id=holder.key_id)

    async def _by_cookie(self, cookie: str) -> Caller:
        """A cookie that no longer holds is no credential: whoever opens the page is a guest again."""
        async with self.database.read(SYSTEM)() as read:
            holder = await store.signed_in(read, digest(cookie))
        return Caller(holder.actor, sign_in_id=holder.sign_in_id, by_cookie=True) if holder else NOBODY

    async def sign_in(self, email: str, password: str, user_agent: str) -> tuple[str, str]:
        """(the person's email, the session's secret). Raises WrongCredential, TooMany."""
        async with self.database.read(SYSTEM)() as read:
            person = await store.person_by_email(read, email)
        known = person.password_hash if person else None
        right = await self._verify(known or _NOBODYS_HASH, password)
        if person is None or person.id is None or known is None or not right:
            raise WrongCredential("Email and password do not match.")
        secret = secrets.token_urlsafe(32)
        async with self.database.work(SYSTEM)() as work:
            await store.sign_in(
                work,
                person_id=person.id,
                secret_hash=digest(secret),
                user_agent=user_agent,
                expires_at=work.now + SESSION_LENGTH,
            )
        return person.email, secret

    async def sign_out(self, secret: str) -> None:
        async with self.database.work(SYSTEM)() as work:
            await store.sign_out(work, digest(secret))

    async def _verify(self, known: str, password: str) -> bool:
        if self._waiting >= MAXIMUM_WAITING:
            raise TooMany
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(_pool, _matches, known, password)
        finally:
            self._waiting -= 1


async def hash_password(password: str) -> str:
    """argon2id, in a pool of its own so that the loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password[:MAXIMUM_PASSWORD])
    except (Argon2Error, InvalidHashError):
        return False


def digest(secret: str) -> bytes:
    """What is kept of a key or a session: its 256 bits of chance need no salt."""
    return hashlib.sha256(secret.encode()).digest()


def is_from_our_page(request: HTTPConnection) -> bool:
    """Whether a browser says that our own page asked. Forms and pictures of other sites can set neither header."""
    return request.headers.get("sec-fetch-site") == "same-origin" or "x-requested-with" in request.headers
