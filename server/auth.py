"""Who is asking: an API key (`Authorization: Bearer tm_...`) or a session's cookie -> Actor."""

import asyncio
import hashlib
import hmac
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION
from starlette.requests import HTTPConnection

from core.actor import ANONYMOUS, SYSTEM
from market import api_keys, people
from market.facts import SignInRefused
from server import store
from server.attempts import ACCOUNT, ADDRESS, Attempts, network
from server.callers import NOBODY, Caller, Known
from server.database import Database

T = TypeVar("T")

MAXIMUM_PASSWORD = 200
HASHERS = 2
"""Each hash takes 64 MiB and a tenth of a second of one core."""
MAXIMUM_WAITING = 20
"""Sign-ins that may wait for a hasher; more are turned away, so that they cannot pile up."""

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
_pool = ThreadPoolExecutor(HASHERS, thread_name_prefix="argon2")
_NOBODYS_HASH = "$argon2id$v={}$m={},t={},p={}${}${}".format(
    ARGON2_VERSION,
    _hasher.memory_cost,
    _hasher.time_cost,
    _hasher.parallelism,
    *(b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_hasher.salt_len, _hasher.hash_len)),
)
"""Checked when nobody has that email, so that the answer takes as long. It is made by chance and not of a password: to hash
one takes a tenth of a second, either of every start or, told by the clock, of the first whom nobody knows."""


class WrongCredential(Exception):
    """The message says what would be right; never which part was wrong."""


class TooMany(Exception):
    pass


class Authenticator:
    """Credentials -> callers. Keys and sessions that were used are noted in `used` and `seen`; `server.presence`
    writes them down later. `remembers`: for so many seconds it is known who showed a key."""

    def __init__(self, database: Database, *, is_https: bool, remembers: float = 0) -> None:
        self.database = database
        self.known = Known(remembers)
        database.after_commit.append(self.known.forget)
        self.cookie = "__Host-twinmarket" if is_https else "twinmarket"
        self.is_https = is_https
        self.used: set[int] = set()
        self.seen: set[int] = set()
        self.attempts = Attempts(database)
        self._waiting = 0

    async def caller_of(self, request: HTTPConnection) -> Caller:
        """From the headers of a request or a WebSocket's handshake. Raises WrongCredential."""
        header = request.headers.get("authorization")
        if header is not None:
            return await self.bearer(header)
        if cookie := request.cookies.get(self.cookie):
            return await self._by_cookie(cookie)
        return NOBODY

    async def asker_of(self, request: HTTPConnection) -> Caller:
        """The same; but it may be known from a moment ago: enough for what changes nothing. Raises WrongCredential."""
        header = request.headers.get("authorization")
        if header is None:
            return await self.caller_of(request)
        return await self.known.caller(digest(_key_in(header)), self._by_digest)

    async def bearer(self, header: str) -> Caller:
        return await self._by_digest(digest(_key_in(header)))

    async def by_key(self, key: str) -> Caller:
        return await self._by_digest(digest(_checked(key)))

    async def _by_digest(self, digest: bytes) -> Caller:
        holder = await store.key_holder(self.database.look_up, digest)
        if holder is None or holder.key_id is None or not hmac.compare_digest(holder.secret_hash, digest):
            raise WrongCredential("This API key is unknown or was revoked. Make a new one with createApiKey.")
        if _is_stale(holder):
            self.used.add(holder.key_id)
        return Caller(holder.actor, key_id=holder.key_id, at=holder.shown_at)

    async def _by_cookie(self, cookie: str) -> Caller:
        """A cookie that no longer holds is no credential: whoever opens the page is a guest again."""
        holder = await store.signed_in(self.database.look_up, digest(cookie))
        if holder is None:
            return NOBODY
        if holder.sign_in_id is not None and _is_stale(holder):
            self.seen.add(holder.sign_in_id)
        return Caller(holder.actor, sign_in_id=holder.sign_in_id, by_cookie=True, at=holder.shown_at)

    async def sign_in(
        self, email: str, password: str, user_agent: str, *, address: str | None = None, replaces: str | None = None
    ) -> tuple[str, str]:
        """(the person's email, the session's secret). Raises WrongCredential, TooMany, TooManyAttempts."""
        self._check_room()
        await self.attempts.count((ACCOUNT, email), (ADDRESS, network(address)))
        async with self.database.read(SYSTEM)() as read:
            person = await store.person_by_email(read, email)
        known = person.password_hash if person else None
        right = await self.verify(known or _NOBODYS_HASH, password)
        if person is None or person.id is None or known is None or not right:
            await self.refused(person.id if person else None, "password")
            raise WrongCredential("Email and password do not match. Forgotten? Ask whoever runs this for a link.")
        async with self.database.work(ANONYMOUS)() as work:
            secret = await people.begin_session(
                work, person, method="password", user_agent=user_agent, replaces=replaces
            )
        await self.attempts.succeeded(ACCOUNT, email)
        return person.email, secret

    async def refused(self, person_id: int | None, method: str) -> None:
        """Write down that somebody was not let in."""
        async with self.database.work(ANONYMOUS)() as work:
            work.record(SignInRefused(person_id=person_id, method=method))

    async def sign_out(self, secret: str) -> None:
        async with self.database.work(ANONYMOUS)() as work:
            await people.end_session_of(work, secret)

    async def verify(self, known: str, password: str) -> bool:
        """Raises TooMany."""
        return await self._hashing(_matches, known, password)

    async def hash(self, password: str) -> str:
        """Raises TooMany."""
        return await self._hashing(_hashed, password)

    def _check_room(self) -> None:
        if self._waiting >= MAXIMUM_WAITING:
            raise TooMany

    async def _hashing(self, do: Callable[..., T], *given: str) -> T:
        self._check_room()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(_pool, do, *given)
        finally:
            self._waiting -= 1


def _key_in(header: str) -> str:
    """Raises WrongCredential."""
    scheme, _, key = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise WrongCredential("The Authorization header must be `Bearer`, a space and an API key.")
    return _checked(key.strip())


def _checked(key: str) -> str:
    if not api_keys.is_one(key):
        raise WrongCredential("That is not an API key of this marketplace: they begin with `tm_`.")
    return key


def _is_stale(holder: store.Credential) -> bool:
    return holder.last_used_at is None or holder.shown_at - holder.last_used_at > timedelta(minutes=1)


async def hash_password(password: str) -> str:
    """argon2id, in a pool of its own so that the loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _hashed, password)


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, _folded(password))
    except (Argon2Error, InvalidHashError):
        return False


def _hashed(password: str) -> str:
    return _hasher.hash(_folded(password))


def _folded(password: str) -> str:
    """The same keys make the same password on every machine."""
    return unicodedata.normalize("NFKC", password[:MAXIMUM_PASSWORD])


def digest(secret: str) -> bytes:
    """What is kept of a key or a session: its 256 bits of chance need no salt."""
    return hashlib.sha256(secret.encode()).digest()


def is_foreign(request: HTTPConnection, public_url: str) -> bool:
    """Whether a browser says that a page of others asked. Programs say nothing."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in ("cross-site", "same-site")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = (request.headers.get("host", "").lower(), urlsplit(public_url).netloc.lower())
    return urlsplit(origin).netloc.lower() not in ours


def is_from_our_page(request: HTTPConnection) -> bool:
    """Whether a browser says that our own page asked. Forms and pictures of other sites can set neither header."""
    return request.headers.get("sec-fetch-site") == "same-origin" or "x-requested-with" in request.headers
