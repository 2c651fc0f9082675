"""What certificates are signed with and checked against, for one process: the key of now, and a limit on who asks."""

import time
from dataclasses import dataclass, field
from datetime import timedelta

from core.actor import SYSTEM
from core.seal import Seal
from core.signing import KeyPair
from market import certificates, store
from market.certificates import Verification
from schema.errors import ApiError, ErrorCode
from server.attempts import Attempts, Limit, TooManyAttempts, network
from server.database import Database

VERIFICATIONS = Limit("verifications", 60, timedelta(minutes=1))
"""From one address: a newspaper's desk, not a machine that guesses."""
KEY_SECONDS = 10
"""How long a process goes on signing after another has changed the key. It is published for longer."""


@dataclass(slots=True)
class Proofs:
    database: Database
    seal: Seal
    _key: KeyPair | None = None
    _read_at: float = field(default=float("-inf"))

    async def signing_key(self) -> KeyPair:
        if self._key is None or time.monotonic() - self._read_at > KEY_SECONDS:
            self._key = await self._find()
            self._read_at = time.monotonic()
        return self._key

    async def _find(self) -> KeyPair:
        async with self.database.read(SYSTEM)() as read:
            known = await store.certificates.signing(read)
        if known is not None and (pair := certificates.opened(self.seal, known)) is not None:
            return pair
        async with self.database.work(SYSTEM)() as work:
            return await certificates.ensure_key(work, self.seal)

    async def verify(self, certificate: str, *, address: str | None) -> Verification:
        """Raises RATE_LIMITED."""
        try:
            await Attempts(self.database).count((VERIFICATIONS, network(address)))
        except TooManyAttempts as many:
            raise ApiError(ErrorCode.RATE_LIMITED, str(many)) from None
        async with self.database.read(SYSTEM)() as read:
            return await certificates.verify(read, certificate)
