"""One execution of each event for all subscribers that may see the same, and its bytes shared between them.

A group is those who sent the same document with the same variables and have the same powers: nothing else decides what an
answer holds, except the cursor, which is sealed for each caller and put into its place in the bytes. Each subscriber has
a source of its own, at its own pace; who comes late to an event finds it written. Events that come together are executed
together, so that whoever follows waits once for all of them.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import orjson

from core.actor import Actor
from core.tables import Activity
from server.activity import Cursor, cursor_of
from server.graphql.documents import Understood
from server.graphql.negotiation import Parameters
from server.outages import will_pass
from server.tasks import noticed

TOGETHER, TOGETHER_COST = 32, 2_000
"""So many events at most are executed together, and of a costly document fewer: it has the database to itself no longer
than a query would."""
KEPT_EVENTS = 64
"""Of one group. Who is further behind has an event executed once more."""
TRIES = 24
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 0.5
"""Before an event is tried again; twice as long each time, up to this. A database that starts anew costs no subscriber an
event, and when it is there again nobody is still asleep for long."""

CURSOR = f"cursor-{secrets.token_hex(24)}"
"""Stands where each subscriber's own cursor will stand. Nobody else can know it."""
MARK = CURSOR.encode()

Pieces = list[bytes]
Run = Callable[[Sequence[Activity]], Coroutine[Any, Any, list[Pieces]]]


def at_once(cost: int) -> int:
    """How many events of a document with this cost are executed together."""
    return max(1, min(TOGETHER, TOGETHER_COST // max(1, cost)))


def powers(actor: Actor) -> Actor:
    """All of a caller that decides what it may see."""
    return replace(actor, caller="", name="", api_key_id=None)


class Group:
    def __init__(self) -> None:
        self._written: OrderedDict[Cursor, tuple[asyncio.Task[list[Pieces]], int]] = OrderedDict()
        """By the row that it tells: the task that writes it, and its place in what that comes to."""

    async def written(self, rows: Sequence[Activity], run: Run) -> list[Pieces]:
        """The answer to each row for whoever is of the group. Raises what made one of them fail."""
        if missing := [row for row in rows if cursor_of(row) not in self._written]:
            self._begin(missing, run)
        found = [self._written[cursor_of(row)] for row in rows]
        while len(self._written) > KEPT_EVENTS:
            self._written.popitem(last=False)
        for task in dict.fromkeys(task for task, _ in found):
            if not task.done():
                await asyncio.shield(task)  # who waited first may leave: the others stay
        return [task.result()[place] for task, place in found]

    def _begin(self, rows: Sequence[Activity], run: Run) -> None:
        task = asyncio.create_task(run(rows) if len(rows) > 1 else _tried(rows, run), name="events")
        task.add_done_callback(self._keep_or_forget)
        for place, row in enumerate(rows):
            self._written[cursor_of(row)] = task, place

    def _keep_or_forget(self, task: asyncio.Task[list[Pieces]]) -> None:
        """What failed is executed anew for whoever comes next."""
        noticed(task)  # all who waited for it may have left
        if task.cancelled() or task.exception() is not None:
            for key in [key for key, (writing, _) in self._written.items() if writing is task]:
                del self._written[key]


class Sharing:
    """The groups of one process, as long as somebody is in them."""

    def __init__(self) -> None:
        self._groups: WeakValueDictionary[tuple[object, ...], Group] = WeakValueDictionary()

    def group(self, understood: Understood, parameters: Parameters, powers: Actor) -> Group:
        """`powers`: the actor without its identity."""
        said = {name: value for name, value in parameters.variables.items() if name != understood.resumed_by}
        try:
            written = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a number that JSON's writer does not take: nobody shares it
            return Group()
        key = (understood.hash, parameters.operation_name, written, powers)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group()
        return group


async def _tried(rows: Sequence[Activity], run: Run) -> list[Pieces]:
    """Whatever will pass is waited for: the client goes on from the last cursor it saw, and would miss what failed."""
    for attempt in range(TRIES):
        try:
            return await run(rows)
        except Exception as error:
            if not will_pass(error) or attempt == TRIES - 1:
                raise
            await asyncio.sleep(min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS))
    raise AssertionError
