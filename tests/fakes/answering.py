"""How a pretended service answers: it keeps idempotency keys as Stripe does, and fails on demand."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from payments.errors import Refused, Unknown

T = TypeVar("T")

Fault = Literal["lost", "silent"] | Refused
"""`lost`: it is done and the answer never arrives. `silent`: it never arrived there. A Refused is what is answered."""


class KeyMisused(Exception):
    """The same idempotency key came with other parameters."""


@dataclass
class Answering:
    """`faults` says what goes wrong with the next call of each name."""

    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    calls: list[str] = field(default_factory=list)
    _keys: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def fail(self, call: str, *faults: Fault) -> None:
        self.faults[call] += faults

    def forget_keys(self) -> None:
        """What happens after a day."""
        self._keys.clear()

    async def _call(self, name: str, key: str | None, parameters: tuple[Any, ...], do: Callable[[], T]) -> T:
        self.calls.append(f"{name} {key}" if key else name)
        await asyncio.sleep(0)
        fault = self.faults[name].pop(0) if self.faults[name] else None
        if fault == "silent":
            raise Unknown("The line is dead.", code="connection")
        answer = self._answer(key, parameters, do, fault)
        await asyncio.sleep(0)
        if fault == "lost":
            raise Unknown("The answer was lost.", code="connection")
        if isinstance(answer, Refused):
            raise answer
        return answer  # type: ignore[no-any-return]

    def _answer(self, key: str | None, parameters: tuple[Any, ...], do: Callable[[], T], fault: Fault | None) -> Any:
        """The first answer to a key is kept, refusals too, and given again to whoever brings the same key."""
        if key is not None and key in self._keys:
            before, kept = self._keys[key]
            if before != parameters:
                raise KeyMisused(f"{key} came with {before}, then with {parameters}")
            return kept
        answer: Any
        try:
            answer = fault if isinstance(fault, Refused) else do()
        except Refused as refused:
            answer = refused
        if key is not None:
            self._keys[key] = (parameters, answer)
        return answer
