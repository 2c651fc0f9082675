"""How often somebody may try: counted in PostgreSQL before the answer is looked for, so exact over any number of processes."""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.actor import SYSTEM
from core.work import Work
from server import store
from server.database import Database


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts of one account, or from one address, in each window."""

    name: str
    most: int
    window: timedelta


ACCOUNT = Limit("account", 10, timedelta(minutes=15))
"""Passwords tried on one email, whether or not anybody has it. Passkeys are not stopped by it."""
ADDRESS = Limit("address", 60, timedelta(minutes=15))
"""Of whatever kind, from one address: an office shares one."""
NEW_ACCOUNTS = Limit("new accounts", 20, timedelta(hours=1))
"""From one address; it also bounds how many emails can be asked after."""
CEREMONIES = Limit("ceremonies", 120, timedelta(minutes=15))
"""Passkey options handed out to one address: each keeps a row for five minutes."""


class TooManyAttempts(Exception):
    """Nothing was looked at. The message says until when."""

    def __init__(self, limit: Limit, now: datetime, until: datetime) -> None:
        whose = "for this account" if limit is ACCOUNT else "from your network"
        super().__init__(f"Too many attempts {whose}. Try again after {until:%H:%M} UTC on {until:%Y-%m-%d}.")
        self.seconds = max(1, int((until - now).total_seconds()) + 1)


@dataclass(frozen=True, slots=True)
class Attempts:
    database: Database

    async def count(self, *tries: tuple[Limit, str]) -> None:
        """Count one attempt against each limit, kept whatever comes of it. Raises TooManyAttempts."""
        async with self.database.work(SYSTEM)() as work:
            counted = [(limit, *await _count(work, limit, whose)) for limit, whose in _in_order(tries)]
            now = work.now
        for limit, number, ends_at in counted:
            if number > limit.most:
                raise TooManyAttempts(limit, now, ends_at)

    async def succeeded(self, limit: Limit, whose: str) -> None:
        """It was the right person: what was tried before is forgotten."""
        async with self.database.work(SYSTEM)() as work:
            await store.forget_attempts_of(work, _subject(limit, whose))


def _in_order(tries: Sequence[tuple[Limit, str]]) -> Sequence[tuple[Limit, str]]:
    """Always the same, so that two at once wait for each other and never in a circle."""
    return sorted(tries, key=lambda each: _subject(*each))


async def _count(work: Work, limit: Limit, whose: str) -> tuple[int, datetime]:
    return await store.count_attempt(work, _subject(limit, whose), ends_at=work.now + limit.window)


def _subject(limit: Limit, whose: str) -> bytes:
    return hashlib.sha256(f"{limit.name}:{whose.strip().lower()}".encode(errors="replace")).digest()


def network(address: str | None) -> str:
    """What one household or office has: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
