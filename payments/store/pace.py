"""Turns at Stripe, given out by the database so that all processes together keep to one pace."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.work import Work
from payments.tables import Pace


async def take_turn(work: Work, budget: str, *, every: timedelta, patience: timedelta) -> timedelta | None:
    """How long to wait for the turn that this takes; null, and nothing is taken, when that is longer than `patience`."""
    now = sa.func.clock()
    first = insert(Pace).values(budget=budget, next_at=now + every)
    taken = first.on_conflict_do_update(
        index_elements=["budget"],
        set_={"next_at": sa.func.greatest(col(Pace.next_at), now) + every},
        where=col(Pace.next_at) <= now + patience,
    )
    wait = sa.type_coerce(col(Pace.next_at) - every - now, sa.Interval)
    return (await work.session.execute(taken.returning(wait))).scalar_one_or_none()
