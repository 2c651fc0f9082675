"""Takedowns: what must come down, by when, and the brand's proof."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import tables
from schema.context import Info
from schema.enums import TakedownReason
from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.ids import Node, stored
from schema.licences import Licence
from schema.paging import Connection


@strawberry.type(
    description=(
        "Everything that shows the twin under this licence must come down until dueAt, because the licence pauses or is over. "
        "The brand confirms it with a note and addresses; when the licence goes on first, the takedown is lifted."
    )
)
class Takedown(Node):
    licence_row_id: strawberry.Private[int]
    reason: TakedownReason
    opened_at: datetime
    due_at: datetime
    overdue: bool = strawberry.field(description="It is past dueAt, and nobody has confirmed it.")
    lifted_at: datetime | None
    done_at: datetime | None
    note: str | None = strawberry.field(description="What the brand took down, in its words.")
    urls: list[str] = strawberry.field(description="Where that can be seen.")

    @classmethod
    def of(cls, row: tables.Takedown, now: datetime) -> Self:
        return cls(
            row_id=stored(row.id),
            licence_row_id=row.licence_id,
            reason=row.reason,
            opened_at=stored(row.opened_at),
            due_at=row.due_at,
            overdue=row.lifted_at is None and row.done_at is None and row.due_at <= now,
            lifted_at=row.lifted_at,
            done_at=row.done_at,
            note=row.note,
            urls=row.urls,
        )

    @strawberry.field
    async def licence(self, info: Info) -> Licence:
        return await info.context.load.licence.load(self.licence_row_id)


@strawberry.type
class TakedownConnection(Connection[Takedown]):
    pass


@strawberry.input(description="By the brand. A confirmation that comes late is taken all the same.")
class ConfirmTakedownInput:
    takedown_id: strawberry.ID
    note: str
    urls: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class TakedownConfirmed:
    takedown: Takedown


ConfirmTakedownResult: TypeAlias = Annotated[
    TakedownConfirmed | InvalidInput | NotAllowed | WrongState, strawberry.union("ConfirmTakedownResult")
]
