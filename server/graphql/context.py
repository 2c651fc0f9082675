"""What resolvers are handed: made for each request, and afresh for each event of a subscription."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from core.actor import Actor
from core.seal import Seal
from core.work import OpenRead
from payments.gateway import Gateway
from schema.context import ActivityFeed, Context, Proofs
from schema.loaders import Loaders
from server.database import Database


class Later:
    """Loaders that are made when the first of them is asked for: a stream that waits needs none, and they are many."""

    def __init__(self, make: Callable[[OpenRead], Loaders], read: OpenRead) -> None:
        self._make = make
        self._read = read
        self._made: Loaders | None = None

    def __getattr__(self, name: str) -> Any:
        """Asked for the first time: it is found by itself from then on."""
        if self._made is None:
            self._made = self._make(self._read)
        found = self.__dict__[name] = getattr(self._made, name)
        return found


@dataclass(frozen=True, slots=True)
class Contexts:
    database: Database
    gateway: Gateway
    seal: Seal
    activity: ActivityFeed
    proofs: Proofs
    public_url: str
    loaders: Callable[[OpenRead], Loaders]

    def of(
        self,
        actor: Actor,
        request_id: str,
        address: str | None = None,
        *,
        at: datetime | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Context:
        """`at`: of which moment everything that is asked is told, where that is known; `clock`: when a work begins."""
        read = self.database.read(actor, at)
        return Context(
            actor=actor,
            work=self.database.work(actor, clock),
            read=read,
            load=self._later(read),
            seal=self.seal,
            gateway=self.gateway,
            activity=self.activity,
            proofs=self.proofs,
            public_url=self.public_url,
            request_id=request_id,
            address=address,
        )

    def fresh(self, context: Context) -> Context:
        return replace(context, load=self._later(context.read))

    def _later(self, read: OpenRead) -> Loaders:
        return cast(Loaders, Later(self.loaders, read))
