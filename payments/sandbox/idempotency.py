"""Idempotency keys as Stripe keeps them.

v1 remembers the first answer, a decline or a failure as much as a success. v2 remembers successes and runs failures
again. Nothing is remembered of a request whose parameters were wrong, that met another one with its key, or that was
turned away at the door.
Source: Stripe's "Idempotent requests" and "API v2 overview".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from payments.sandbox.calls import Call, Trouble
from payments.sandbox.store import State, Thing


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Thing
    replayed: bool = False


class Idempotency:
    def __init__(self, state: State) -> None:
        self._state = state
        self._running: set[str] = set()

    def kept(self, call: Call) -> Answer | None:
        """The answer that the key had before. Raises Trouble when the key came with other parameters."""
        note = self._state.find(_id(call), "_key")
        if note is None:
            return None
        if note["fingerprint"] != call.fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{call.key}' if you meant to execute a different request."
            )
            raise Trouble(400, {"type": "idempotency_error", "message": message})
        return Answer(note["status"], note["body"], replayed=True)

    @contextmanager
    def running(self, call: Call) -> Iterator[None]:
        """Raises Trouble when a request with this key has not been answered yet."""
        key = _id(call)
        if call.key and key in self._running:
            message = "There is currently another in-progress request using this Idempotent Key."
            raise Trouble(409, {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": message})
        self._running.add(key)
        try:
            yield
        finally:
            self._running.discard(key)

    def keep(self, call: Call, answer: Answer) -> None:
        if call.key and call.method == "POST" and (answer.status < 400 or call.path.startswith("/v1/")):
            note = {"fingerprint": call.fingerprint, "status": answer.status, "body": answer.body}
            self._state.put({"object": "_key", "id": _id(call), **note})


def _id(call: Call) -> str:
    return f"key:{call.account or ''}:{call.key}"
