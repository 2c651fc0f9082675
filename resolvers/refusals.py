"""How a refusal becomes the member of a mutation's union."""

from collections.abc import Collection
from typing import Any, cast

import strawberry
from graphql import GraphQLUnionType, get_named_type
from strawberry.types.field import StrawberryField

from core import errors as core
from market.errors import BidTooLow, ConsentOutdated, RightsUnavailable
from payments.errors import PaymentProblem
from schema import errors
from schema.consent import ConsentDocument
from schema.errors import ApiError, ErrorCode, UserError
from schema.money import Money
from schema.rights import Availability


class RefusalHandler(strawberry.ExceptionHandler[core.Refusal, errors.NotAllowed]):
    """Every mutation's union has NotAllowed, which is how Strawberry finds the fields that this is for. A field without
    such a union is a question: its refusals stay errors."""

    def handle(self, exception: core.Refusal, *, field: StrawberryField, info: Any) -> Any:
        if isinstance(exception, core.Unauthenticated):
            raise ApiError(ErrorCode.UNAUTHENTICATED, exception.message) from exception
        union = cast(GraphQLUnionType, get_named_type(info._raw_info.return_type))
        return present(exception, {member.name for member in union.types})


def present(refusal: core.Refusal, members: Collection[str]) -> UserError:
    """The refusal as its own type, or, where the union of `members` lacks that, as the next best."""
    told: dict[str, Any] = {
        "code": refusal.code,
        "message": refusal.message,
        "path": None if refusal.path is None else list(refusal.path),
    }
    own, more = _own(refusal)
    if own.__name__ in members:
        return own(**told, **more)
    return errors.InvalidInput(**told) if "InvalidInput" in members else errors.NotAllowed(**told)


def _own(refusal: core.Refusal) -> tuple[type[UserError], dict[str, Any]]:
    """The type that tells of this refusal, and what it tells beyond code, message and path."""
    match refusal:
        case core.InvalidInput():
            return errors.InvalidInput, {}
        case core.WrongState():
            return errors.WrongState, {"state": refusal.state}
        case core.IdempotencyConflict():
            return errors.IdempotencyConflict, {}
        case BidTooLow():
            return errors.BidTooLow, {"minimum": Money.of(refusal.minimum)}
        case RightsUnavailable():
            return errors.RightsUnavailable, {"availability": Availability.of(refusal.availability)}
        case ConsentOutdated():
            return errors.ConsentOutdated, {"current": ConsentDocument.of(refusal.current)}
        case PaymentProblem():
            return errors.PaymentProblem, {"next_action_url": refusal.next_action_url}
        case _:
            return errors.NotAllowed, {}
