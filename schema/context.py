"""What every resolver is handed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from strawberry.types import Info as StrawberryInfo

from core.actor import Actor
from core.seal import Seal
from core.signing import KeyPair
from core.tables import Activity
from core.work import OpenRead, OpenWork
from market.certificates import Verification
from payments.gateway import Gateway

if TYPE_CHECKING:
    from schema.loaders import Loaders


class ActivityFeed(Protocol):
    def since(self, topics: Sequence[str], after: tuple[int, int] | None) -> AsyncIterator[Sequence[Activity]]:
        """Everything on `topics` after the cursor (tx, id), in order, first from the log and then as it comes; None starts now.
        What comes together is told together."""
        ...


class Proofs(Protocol):
    async def signing_key(self) -> KeyPair:
        """With which certificates are signed now."""
        ...

    async def verify(self, certificate: str, *, address: str | None) -> Verification:
        """What it is worth today. Raises RATE_LIMITED when that address asks too often."""
        ...


@dataclass(slots=True)
class Context:
    """One request, or one connection that carries subscriptions.

    `work` and `read` open a transaction or a question as `actor`; `load` batches the relations of one answer and is renewed for
    every event of a subscription (`fresh()`). `address` is where the question came from.
    """

    actor: Actor
    work: OpenWork
    read: OpenRead
    load: "Loaders"
    seal: Seal
    gateway: Gateway
    activity: ActivityFeed
    proofs: Proofs
    public_url: str
    request_id: str
    address: str | None = None


Info: TypeAlias = StrawberryInfo[Context, Any]
