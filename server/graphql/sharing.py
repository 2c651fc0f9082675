"""One execution of each event for all subscribers that may see the same, and its bytes shared between them.

A group is those who sent the same document with the same variables and have the same powers: nothing else decides what an
answer holds, except the cursor, which is sealed for each caller and put into its place in the bytes. Each subscriber has
a source of its own, at its own pace; who comes late to an event finds it written.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol
from weakref import WeakValueDictionary

import orjson

from core.actor import Actor
from server.graphql.documents import Understood
from server.graphql.negotiation import Parameters
from server.outages import will_pass
from server.tasks import noticed

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


class Written(Protocol):
    @property
    def json(self) -> bytes: ...


Run = Callable[[Any], Awaitable[Written]]


def powers(actor: Actor) -> Actor:
    """All of a caller that decides what it may see."""
    return replace(actor, caller="", name="", api_key_id=None)


class Group:
    def __init__(self) -> None:
        self._written: OrderedDict[object, asyncio.Task[Pieces]] = OrderedDict()

    async def written(self, event: Any, run: Run) -> bytes:
        """The answer to `event` for one subscriber. Raises what made it fail, for each of them."""
        told = getattr(event, "told", None)
        if told is None:  # it cannot be told from others: executed for this subscriber alone
            return (await _tried(event, run)).json
        task = self._written.get(told.key)
        if task is None:
            task = asyncio.create_task(self._write(replace(event, cursor=CURSOR), run), name="event")
            task.add_done_callback(noticed)  # all who waited for it may have left
            self._written[told.key] = task
            if len(self._written) > KEPT_EVENTS:
                self._written.popitem(last=False)
        try:
            pieces = await asyncio.shield(task)  # its first subscriber may leave: the others stay
        except Exception:
            if self._written.get(told.key) is task:
                del self._written[told.key]
            raise
        return event.cursor.encode().join(pieces) if len(pieces) > 1 else pieces[0]

    async def _write(self, event: Any, run: Run) -> Pieces:
        return (await _tried(event, run)).json.split(MARK)


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


async def _tried(event: Any, run: Run) -> Written:
    """Whatever will pass is waited for: the client goes on from the last cursor it saw, and would miss what failed."""
    for attempt in range(TRIES):
        try:
            return await run(event)
        except Exception as error:
            if not will_pass(error) or attempt == TRIES - 1:
                raise
            await asyncio.sleep(min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS))
    raise AssertionError
