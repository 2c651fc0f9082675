"""Takedowns: what shows a twin comes down when its licence pauses or ends, and the brand proves it."""

from collections.abc import Sequence
from datetime import timedelta

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from core.work import Work
from market import rules, store
from market.facts import TakedownDone, TakedownFact, TakedownOpened, TakedownOverdue
from market.states import TakedownReason
from market.tables import Licence, Takedown

WITHIN = timedelta(hours=48)
"""From the moment at which the brand is told."""

MAXIMUM_URLS = 20


async def order(work: Work, licence: Licence, reason: TakedownReason) -> None:
    """The licence, which is held, pauses or is over: its brand has until `WITHIN`. One that is open already stays as it is."""
    opened = await store.takedowns.open_one(work, licence, reason, work.now + WITHIN)
    if opened is not None:
        _tell(work, TakedownOpened, opened, licence)


async def lift(work: Work, licence: Licence) -> None:
    """The licence, which is held, goes on."""
    await store.takedowns.lift(work, _id(licence))


async def confirm(work: Work, *, takedown_id: int, note: str, urls: Sequence[str]) -> Takedown:
    """The brand says what it took down, and where that can be seen. Late is late, and is taken all the same."""
    rules.check_scope(work.actor, Scope.MANAGE)
    takedown, licence = await store.takedowns.lock(work, takedown_id)
    if licence.brand_id not in work.actor.brand_ids:
        raise NotAllowed("Only the brand whose licence it is can confirm this.")
    if takedown.lifted_at is not None:
        raise WrongState("The licence goes on: nothing needs to come down.", state="LIFTED")
    if takedown.done_at is not None:
        raise WrongState("This was confirmed already.", state="DONE")
    if len(urls) > MAXIMUM_URLS:
        raise InvalidInput(f"Send at most {MAXIMUM_URLS} addresses.", path=["urls"])
    takedown.note = rules.check_text(note, path=["note"], least=10, most=2000)
    takedown.urls = [rules.check_url(url, path=["urls", str(place)]) for place, url in enumerate(urls)]
    takedown.done_at, takedown.done_by = work.now, work.actor.caller
    await work.session.flush()
    _tell(work, TakedownDone, takedown, licence)
    return takedown


async def overdue(work: Work, *, takedown_id: int) -> Takedown:
    """Tell both sides, once, that the time is over. Safe to run at any time and twice."""
    takedown, licence = await store.takedowns.lock(work, takedown_id)
    is_open = takedown.lifted_at is None and takedown.done_at is None
    if is_open and takedown.overdue_at is None and takedown.due_at <= work.now:
        takedown.overdue_at = work.now
        await work.session.flush()
        _tell(work, TakedownOverdue, takedown, licence)
    return takedown


def _tell(work: Work, fact: type[TakedownFact], takedown: Takedown, licence: Licence) -> None:
    work.record(
        fact(
            takedown_id=_id(takedown),
            licence_id=_id(licence),
            brand_id=licence.brand_id,
            model_id=licence.model_id,
            agency_id=licence.agency_id,
        )
    )


def _id(row: Takedown | Licence) -> int:
    if row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.id
