"""The inbox of what Stripe told."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.work import Read, Work
from payments.tables import StripeEvent


async def keep_event(
    work: Work, *, stripe_id: str, type: str, account_id: str | None, object_id: str | None, body: dict[str, Any]
) -> int | None:
    """Its row's id, or null when the event was kept before."""
    fresh = insert(StripeEvent).values(
        stripe_id=stripe_id, type=type, account_id=account_id, object_id=object_id, body=body
    )
    kept = await work.session.execute(fresh.on_conflict_do_nothing().returning(col(StripeEvent.id)))
    return kept.scalar_one_or_none()


async def event(read: Read, event_row_id: int) -> StripeEvent | None:
    return await read.session.get(StripeEvent, event_row_id)


async def lock_event(work: Work, event_row_id: int) -> StripeEvent:
    query = sa.select(StripeEvent).where(col(StripeEvent.id) == event_row_id).with_for_update()
    return (await work.session.execute(query)).scalar_one()
