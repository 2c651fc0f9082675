"""Takedowns: those that are open, and the brand's confirmation."""

import strawberry

from market import store, takedowns
from resolvers.paging import asking, connection
from schema import policy
from schema.context import Info
from schema.ids import number_of
from schema.paging import Page
from schema.takedowns import (
    ConfirmTakedownInput,
    ConfirmTakedownResult,
    Takedown,
    TakedownConfirmed,
    TakedownConnection,
)


@strawberry.type
class TakedownQueries:
    @strawberry.field(description="Those that are open, of the caller's licences; or only those that are late.")
    async def takedowns(
        self,
        info: Info,
        overdue: bool = False,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> TakedownConnection:
        page = Page.of(info, first, after, last, before)
        async with policy.read(info) as read:
            found = await store.takedowns.page(read, overdue, page.window("takedowns"))
            now = read.now
        count = asking(info.context.read, store.takedowns.count, overdue)
        return connection(
            TakedownConnection, found, list_name="takedowns", present=lambda row: Takedown.of(row, now), count=count
        )


@strawberry.type
class TakedownMutations:
    @strawberry.mutation
    async def confirm_takedown(self, info: Info, input: ConfirmTakedownInput) -> ConfirmTakedownResult:
        async with policy.work(info) as work:
            number = number_of(info, input.takedown_id, "Takedown", path=["takedownId"])
            row = await takedowns.confirm(work, takedown_id=number, note=input.note, urls=input.urls)
        return TakedownConfirmed(takedown=Takedown.of(row, work.now))
