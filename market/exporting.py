"""A model takes with her all that concerns her."""

from typing import Any

from core.actor import Actor, Scope
from core.errors import NotAllowed
from core.work import Read
from market import rules, store
from payments import store as payments


def check_may_export(actor: Actor, model_id: int) -> None:
    rules.check_scope(actor, Scope.MANAGE)
    if model_id not in actor.model_ids:
        raise NotAllowed("Only the model herself can do this; nobody can do it for her.", code="ONLY_THE_MODEL")


async def archive(read: Read, model_id: int) -> dict[str, Any]:
    """By the name of what it is: rows with their columns. Amounts are in minor units; numbers point at other rows."""
    check_may_export(read.actor, model_id)
    return {
        "exported_at": read.now,
        "market": await store.exporting.everything(read, model_id),
        "money": await payments.of_payee(read, model_id),
    }
