"""
What every room may refuse.

Refusal
  × InvalidInput         the input cannot be understood, or breaks a rule that needs no other party
    × CursorTooOld       what came after it is partly cleared away
    × NotFound           there is no such thing, or the caller may not know of it
  × NotAllowed           the caller may see it but not do this to it
    × Unauthenticated    the caller has not said who it is
  × WrongState           the thing is not in a state in which this can be done
  × IdempotencyConflict  the same key came with another input

A refusal is data: its message is written for the person who asked and says what would be right. Anything else that is
raised is a crash, which is logged with its cause and shown as nothing but its request id.
"""

from collections.abc import Sequence


class Refusal(Exception):
    """The request was understood and is refused. `path` names the input field at fault: ("rights", "endsOn")."""

    code = "REFUSED"

    def __init__(self, message: str, *, code: str | None = None, path: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.path = tuple(path) if path is not None else None


class InvalidInput(Refusal):
    code = "INVALID_INPUT"


class NotFound(InvalidInput):
    code = "NOT_FOUND"


class CursorTooOld(InvalidInput):
    code = "CURSOR_TOO_OLD"


class NotAllowed(Refusal):
    code = "NOT_ALLOWED"


class Unauthenticated(NotAllowed):
    code = "UNAUTHENTICATED"


class WrongState(Refusal):
    code = "WRONG_STATE"

    def __init__(self, message: str, *, state: str, code: str | None = None, path: Sequence[str] | None = None) -> None:
        super().__init__(message, code=code, path=path)
        self.state = state


class IdempotencyConflict(Refusal):
    code = "IDEMPOTENCY_CONFLICT"
