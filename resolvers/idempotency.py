"""Mutations that make something do it once, however often the same key is sent."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Protocol, TypeVar

from core import store
from core.errors import InvalidInput
from core.work import Work

MAXIMUM_KEY = 255


class Row(Protocol):
    id: int | None


class KeyedInput(Protocol):
    idempotency_key: str | None


R = TypeVar("R", bound=Row)


async def once(
    work: Work, input: KeyedInput, *, do: Callable[[], Awaitable[R]], find: Callable[[int], Awaitable[R]]
) -> R:
    """Do it, or find what the same input with the same key has made before. `find` is given the row's number."""
    key = input.idempotency_key
    if key is None:
        return await do()
    if not (1 <= len(key) <= MAXIMUM_KEY and key.isprintable()):
        raise InvalidInput(f"An idempotencyKey has 1 to {MAXIMUM_KEY} printable characters.", path=["idempotencyKey"])
    plain: dict[str, Any] = asdict(input)  # type: ignore[call-overload]
    return await store.once(
        work, operation=type(input).__name__, key=key, input=plain, do=do, id_of=lambda row: row.id, find=find
    )
