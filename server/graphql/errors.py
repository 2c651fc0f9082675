"""What a caller learns of an error: what is its own doing in full, of ours nothing but a request id."""

import logging
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from core.errors import CursorTooOld, InvalidInput, NotAllowed, NotFound, Refusal, Unauthenticated
from schema.errors import ApiError
from server.outages import will_pass

log = logging.getLogger(__name__)

MAXIMUM_ERRORS = 5
"""A hundred errors of one bad answer would say no more."""

CODES = frozenset(
    {
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "NOT_FOUND",
        "BAD_USER_INPUT",
        "TOO_COSTLY",
        "RATE_LIMITED",
        "PERSISTED_QUERY_NOT_FOUND",
        "UNAVAILABLE",
        "INTERNAL",
    }
)
"""The contract's codes. A GraphQL error of our own that carries one was written for the caller."""

TRY_AGAIN = "The service cannot answer just now. Try again in a moment."

REFUSALS = (
    (NotFound, "NOT_FOUND"),
    (Unauthenticated, "UNAUTHENTICATED"),
    (NotAllowed, "FORBIDDEN"),
    (InvalidInput, "BAD_USER_INPUT"),
)


def present(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    return [_present(error, request_id) for error in errors[:MAXIMUM_ERRORS]]


def problem(code: str, message: str, request_id: str, **more: Any) -> list[dict[str, Any]]:
    """Errors of a request that never became an operation."""
    return [{"message": message, "extensions": {"code": code, "requestId": request_id, **more}}]


def of_stream(crash: Exception, request_id: str) -> list[dict[str, Any]]:
    """Errors of a subscription that could not begin, or go on."""
    error = crash if isinstance(crash, GraphQLError) else GraphQLError(str(crash), original_error=crash)
    if error.path is None:  # it ran: whatever is not the caller's doing is ours
        error.path = ["subscription"]
    shown = _present(error, request_id)
    del shown["path"]
    return [shown]


def _present(error: GraphQLError, request_id: str) -> dict[str, Any]:
    code, message = _code_and_message(error, request_id)
    shown: dict[str, Any] = dict(error.formatted)
    kept = dict(shown.get("extensions") or {}) if code not in ("INTERNAL", "UNAVAILABLE") else {}
    if isinstance(error.original_error, CursorTooOld):
        kept["reason"] = error.original_error.code
    return {**shown, "message": message, "extensions": {**kept, "code": code, "requestId": request_id}}


def _code_and_message(error: GraphQLError, request_id: str) -> tuple[str, str]:
    cause = error.original_error
    if isinstance(cause, ApiError):
        return str(cause.code), error.message
    if cause is None and (code := (error.extensions or {}).get("code")) in CODES:
        return str(code), error.message
    if isinstance(cause, Refusal):
        return next((code for kind, code in REFUSALS if isinstance(cause, kind)), "BAD_USER_INPUT"), cause.message
    if error.path is None:  # it never ran: the document or its variables are at fault
        return "BAD_USER_INPUT", error.message
    if cause is not None and will_pass(cause):
        log.warning("unavailable at %s: %s", _place(error), cause)
        return "UNAVAILABLE", TRY_AGAIN
    log.error("crash at %s", _place(error), exc_info=cause or error)
    return "INTERNAL", f"Internal error. Quote request id {request_id}."


def _place(error: GraphQLError) -> str:
    return ".".join(map(str, error.path or ()))
