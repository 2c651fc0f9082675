"""What went wrong: as data in the answer of a mutation, and as an error beside the answer of a question."""

from enum import StrEnum

import strawberry
from graphql import GraphQLError

from schema.consent import ConsentDocument
from schema.money import Money
from schema.rights import Availability


class ErrorCode(StrEnum):
    """Of an error in the answer's `errors`, as `extensions.code`."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    RATE_LIMITED = "RATE_LIMITED"


class ApiError(GraphQLError):
    """An error whose message and code are for the caller: the server passes it on as it is."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message, extensions={"code": code.value})
        self.code = code


@strawberry.interface
class UserError:
    code: str = strawberry.field(description="A stable name for programs, such as BID_TOO_LOW.")
    message: str = strawberry.field(description="One sentence for people: what is wrong and what would be right.")
    path: list[str] | None = strawberry.field(description='The input field at fault, as a path: ["rights", "endsOn"].')


@strawberry.type(
    description=(
        "The input cannot be understood or breaks a rule that needs no other party: a past date, an unknown "
        "territory, a negative amount."
    )
)
class InvalidInput(UserError):
    pass


@strawberry.type(
    description=(
        "The caller may see the thing but not do this to it (an agency signing a model's consent, a brand closing a "
        "listing)."
    )
)
class NotAllowed(UserError):
    pass


@strawberry.type(
    description=(
        "The thing is not in a state in which this can be done (a bid on a closed listing, a second acceptance)."
    ),
)
class WrongState(UserError):
    state: str


@strawberry.type(description="The bid is under the listing's next minimum, or under the model's floor.")
class BidTooLow(UserError):
    minimum: Money


@strawberry.type(description="The rights are not free, or the model does not consent to them.")
class RightsUnavailable(UserError):
    availability: Availability


@strawberry.type(description="The consent that was signed is not the one that stands now: read it again.")
class ConsentOutdated(UserError):
    current: ConsentDocument


@strawberry.type(description="The payment service refused or needs the brand: nextActionUrl says where.")
class PaymentProblem(UserError):
    next_action_url: str | None


@strawberry.type(description="The same idempotencyKey came with another input.")
class IdempotencyConflict(UserError):
    pass
