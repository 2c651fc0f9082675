"""A model, or one of the crew, takes along all that concerns them."""

from typing import Any

from core.actor import Actor, Scope
from core.work import Read
from market import rules, store
from payments import store as payments


def check_may_export(actor: Actor, model_id: int) -> None:
    rules.check_scope(actor, Scope.MANAGE)
    rules.check_is_model(actor, model_id)


def check_may_export_contributor(actor: Actor, contributor_id: int) -> None:
    rules.check_scope(actor, Scope.MANAGE)
    rules.check_is_contributor(actor, contributor_id)


async def archive(read: Read, party_id: int) -> dict[str, Any]:
    """By the name of what it is: rows with their columns. Amounts are in minor units; numbers point at other rows."""
    if party_id in read.actor.contributor_ids:
        check_may_export_contributor(read.actor, party_id)
        market = await store.exporting.of_contributor(read, party_id)
    else:
        check_may_export(read.actor, party_id)
        market = await store.exporting.everything(read, party_id)
    return {"exported_at": read.now, "market": market, "money": await payments.of_payee(read, party_id)}
