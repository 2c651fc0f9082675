"""Who may read what, in one place. (Who may do what is the market's to say.)

Anonymous callers may ask for nothing but `viewer`. Every question goes through `read`, every mutation through `work`,
so that neither can be opened without a caller. Which rows a caller may find is decided below, by the store; the fields
of a row that only some of its readers may see ask here.
"""

from contextlib import AbstractAsyncContextManager

from core.actor import Actor, Scope
from core.work import Read, Work
from schema.context import Info
from schema.errors import ApiError, ErrorCode


def read(info: Info) -> AbstractAsyncContextManager[Read]:
    """A question by somebody who may ask."""
    require_reader(info.context.actor)
    return info.context.read()


def work(info: Info) -> AbstractAsyncContextManager[Work]:
    """A piece of work by somebody with a name. The market asks for the scope that it needs."""
    require_caller(info.context.actor)
    return info.context.work()


def require_caller(actor: Actor) -> None:
    if actor.is_anonymous:
        raise ApiError(
            ErrorCode.UNAUTHENTICATED, "Say who you are: sign in, or send an API key as `Authorization: Bearer tm_...`."
        )


def require_reader(actor: Actor) -> None:
    require_caller(actor)
    if Scope.READ not in actor.scopes:
        raise ApiError(ErrorCode.FORBIDDEN, "This API key may not read. Use one with the scope READ.")


def is_member(actor: Actor, party_id: int) -> bool:
    return actor.is_operator or party_id in actor.party_ids


def is_seller(actor: Actor, model_id: int) -> bool:
    """On the model's side of a sale: herself, or an agency that represents her."""
    return actor.is_operator or model_id in actor.seller_ids


def require_member(actor: Actor, party_id: int) -> None:
    _require(is_member(actor, party_id), "Only members of the party may see this.")


def require_manager(actor: Actor, party_id: int) -> None:
    """Who may see the people behind a party: a member, or a key of its own that may manage it."""
    require_member(actor, party_id)
    _require(Scope.MANAGE in actor.scopes, "This API key may not see people. Use one with the scope MANAGE.")


def require_seller(actor: Actor, model_id: int) -> None:
    _require(is_seller(actor, model_id), "Only the model and the agency that represents her may see this.")


def require_no_contributor(actor: Actor, payee_id: int | None) -> None:
    """Whoever has a part as one of the crew sees that part, and not what the licence's parties agreed."""
    own = payee_id in actor.contributor_ids and not actor.is_operator
    _require(not own, "Only the parties of the licence may see this.")


def _require(allowed: bool, message: str) -> None:
    if not allowed:
        raise ApiError(ErrorCode.FORBIDDEN, message)
