"""What every resolver is handed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from strawberry.types import Info as StrawberryInfo

from core.actor import Actor
from core.seal import Seal
from core.tables import Activity
from core.work import OpenRead, OpenWork
from payments.gateway import Gateway

if TYPE_CHECKING:
    from schema.loaders import Loaders


class ActivityFeed(Protocol):
    def since(self, topics: Sequence[str], after: tuple[int, int] | None) -> AsyncIterator[Activity]:
        """Everything on `topics` after the cursor (tx, id), in order, first from the log and then as it comes; None starts now."""
        ...


@dataclass(slots=True)
class Context:
    """One request, or one connection that carries subscriptions.

    `work` and `read` open a transaction or a question as `actor`; `load` batches the relations of one answer and is renewed for
    every event of a subscription (`fresh()`).
    """

    actor: Actor
    work: OpenWork
    read: OpenRead
    load: "Loaders"
    seal: Seal
    gateway: Gateway
    activity: ActivityFeed
    public_url: str
    request_id: str


Info: TypeAlias = StrawberryInfo[Context, Any]
