"""Whether rights to a twin can be had now, what stands in the way, and the nearest that can be had."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from heapq import heappop, heappush
from itertools import islice

from core.work import Read
from market import store, words
from market.consent import PolicyView, policy_obstacles
from market.errors import Availability, Obstacle, ObstacleKind, RightsUnavailable
from market.rights import Exclusivity, Rights
from market.rules import LONGEST_RIGHTS_YEARS, years_after
from market.states import TwinStatus
from market.tables import Twin

MAXIMUM_ALTERNATIVES = 5
MAXIMUM_OBSTACLES = 20
MAXIMUM_TRIES = 150
"""Rights that are looked at before the search for alternatives ends."""
LESS_EXCLUSIVE = {
    Exclusivity.TOTAL: (Exclusivity.INDUSTRY, Exclusivity.NON_EXCLUSIVE),
    Exclusivity.INDUSTRY: (Exclusivity.NON_EXCLUSIVE,),
    Exclusivity.NON_EXCLUSIVE: (),
}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """What decides whether rights to one twin can be had: its status, the policy in force, and what is held of it."""

    status: TwinStatus
    policy: PolicyView | None
    held: tuple[Rights, ...]
    today: date

    def is_free(self, rights: Rights) -> bool:
        return (
            self.status is TwinStatus.LISTED
            and self.policy is not None
            and not policy_obstacles(self.policy, rights)
            and not any(rights.conflicts_with(other) for other in self.held)
        )


async def check(read: Read, twin: Twin, rights: Rights) -> Availability:
    return (await check_all(read, [twin], rights))[0]


async def check_all(read: Read, twins: Sequence[Twin], rights: Rights) -> list[Availability]:
    """The same for many twins, in the order given, with as few questions as for one."""
    policies = await store.twins.policies(read, twins)
    since = min(read.today, rights.starts_on)
    held = await store.licences.live_rights(read, [_id(twin) for twin in twins], since=since)
    return [judge(_ground(read, twin, policies, held), rights) for twin in twins]


async def ground(read: Read, twin: Twin) -> Ground:
    """What decides from today on. Rights that have begun already are judged by what is held of them now."""
    held = await store.licences.live_rights(read, [_id(twin)], since=read.today)
    return _ground(read, twin, await store.twins.policies(read, [twin]), held)


async def require(read: Read, twin: Twin, rights: Rights) -> None:
    """Raises RightsUnavailable."""
    found = await check(read, twin, rights)
    if not found.available:
        first = found.obstacles[0].message
        raise RightsUnavailable(f"These rights cannot be had: {first}", availability=found, path=["rights"])


def judge(ground: Ground, rights: Rights) -> Availability:
    """Pure: the same ground and rights always answer the same."""
    obstacles = tuple(_obstacles(ground, rights))[:MAXIMUM_OBSTACLES]
    return Availability(obstacles, partial(_alternatives, ground, rights)) if obstacles else Availability()


def _ground(read: Read, twin: Twin, policies: Mapping[int, PolicyView], held: Mapping[int, Sequence[Rights]]) -> Ground:
    return Ground(twin.status, policies.get(_id(twin)), tuple(held.get(_id(twin), ())), read.today)


# ------------------------------------------------------------------ what stands in the way


def _obstacles(ground: Ground, rights: Rights) -> Iterator[Obstacle]:
    if ground.status is not TwinStatus.LISTED:
        yield Obstacle(ObstacleKind.NOT_LISTED, "The twin is not on the market.")
    if ground.policy is None:
        yield Obstacle(ObstacleKind.CONSENT, "The model has not said yet what she consents to.")
    else:
        yield from policy_obstacles(ground.policy, rights)
    taken = (_taken(rights, other) for other in ground.held if rights.conflicts_with(other))
    yield from dict.fromkeys(taken)  # two licences that take the same part are one obstacle


def _taken(rights: Rights, other: Rights) -> Obstacle:
    """The part of `rights` that is held: what, where and until when, never by whom."""
    media, places = rights.media & other.media, rights.territories & other.territories
    first, last = max(rights.starts_on, other.starts_on), min(rights.ends_on, other.ends_on)
    shut_out = other.exclusivity is Exclusivity.TOTAL or (
        other.exclusivity is Exclusivity.INDUSTRY and other.industry is rights.industry
    )
    where = f"{words.media(media)} in {words.places(places)}, {words.period(first, last)}"
    if shut_out:
        message = f"Somebody holds this alone: {where}."
        return Obstacle(ObstacleKind.EXCLUSIVELY_LICENSED, message, media, places, first, last)
    message = f"Somebody holds this already, so it cannot be had exclusively: {where}."
    return Obstacle(ObstacleKind.ALREADY_LICENSED, message, media, places, first, last)


# ------------------------------------------------------------------ what can be had instead


def _alternatives(ground: Ground, rights: Rights) -> tuple[Rights, ...]:
    """The nearest rights that can be had, the nearest first. What clashes with something held is tried again without
    each of the parts in which they clash. Each such step leads farther away, so what is found free first is nearest."""
    if ground.policy is None or ground.status is not TwinStatus.LISTED:
        return ()
    waiting: list[tuple[Fraction, int, int, Rights]] = []
    seen: set[Rights] = set()
    found: list[Rights] = []

    def consider(candidates: Iterable[Rights]) -> None:
        for each in candidates:
            if each not in seen and each.starts_on >= ground.today:
                seen.add(each)
                heappush(waiting, (_distance(rights, each), _beyond(rights, each), len(seen), each))

    consider(_beginnings(ground, rights))
    tries = 0
    while waiting and len(found) < MAXIMUM_ALTERNATIVES and (tries := tries + 1) <= MAXIMUM_TRIES:
        *_, each = heappop(waiting)
        clash = next((other for other in ground.held if each.conflicts_with(other)), None)
        if clash is not None:
            consider(_without(each, clash))
        elif ground.is_free(each) and not any(_contains(other, each) for other in found):
            found.append(each)
    return tuple(found)


def _beginnings(ground: Ground, rights: Rights) -> Iterator[Rights]:
    """What the model consents to of `rights`, at every exclusivity up to the asked, on the asked days and on others."""
    consented = _within(ground.policy, rights) if ground.policy is not None else None
    if consented is None:
        return
    for level in (rights.exclusivity, *LESS_EXCLUSIVE[rights.exclusivity]):
        asked = replace(consented, exclusivity=level)
        yield asked
        yield from _shifted(ground, asked)


def _without(rights: Rights, other: Rights) -> Iterator[Rights]:
    """The largest parts of `rights` that do not clash with `other`, at the same exclusivity."""
    if media := rights.media - other.media:
        yield replace(rights, media=media)
    if places := rights.territories - other.territories:
        yield replace(rights, territories=places)
    if other.starts_on > rights.starts_on:
        yield replace(rights, ends_on=other.starts_on - ONE_DAY)
    if other.ends_on < rights.ends_on:
        yield replace(rights, starts_on=other.ends_on + ONE_DAY)


def _contains(rights: Rights, part: Rights) -> bool:
    """Whether `part` is no more than a part of `rights`."""
    return (
        part.exclusivity is rights.exclusivity
        and part.media <= rights.media
        and part.territories <= rights.territories
        and rights.starts_on <= part.starts_on
        and part.ends_on <= rights.ends_on
    )


def _within(policy: PolicyView, rights: Rights) -> Rights | None:
    """The part of `rights` to which the model consents."""
    media, places = rights.media & policy.media, rights.territories & policy.territories
    if not media or not places or rights.industry in policy.forbidden_industries:
        return None
    last = min(rights.ends_on, rights.starts_on + timedelta(days=policy.maximum_days - 1))
    return replace(rights, media=media, territories=places, ends_on=last)


def _shifted(ground: Ground, rights: Rights) -> Iterator[Rights]:
    """The nearest days later, and the nearest earlier, of the same length on which nothing is in the way."""
    at_any_time = replace(rights, starts_on=date.min, ends_on=date.max)
    others = [other for other in ground.held if at_any_time.conflicts_with(other)]
    length = rights.ends_on - rights.starts_on
    latest = years_after(ground.today, LONGEST_RIGHTS_YEARS)
    later = sorted({other.ends_on + ONE_DAY for other in others if other.ends_on >= rights.starts_on})
    earlier = sorted({other.starts_on - ONE_DAY - length for other in others}, reverse=True)
    for starts in (
        [day for day in later if rights.starts_on < day <= latest],
        [day for day in earlier if ground.today <= day < rights.starts_on],
    ):
        moved = (replace(rights, starts_on=day, ends_on=day + length) for day in starts[:MAXIMUM_TRIES])
        yield from islice((each for each in moved if not any(each.conflicts_with(other) for other in others)), 1)


def _distance(asked: Rights, found: Rights) -> Fraction:
    """How far from what was asked: the parts of media, places and days that are lost, how far the days reach beyond the
    asked in their length, and a half for every step of exclusivity."""
    steps = LESS_EXCLUSIVE[asked.exclusivity]
    lost = steps.index(found.exclusivity) + 1 if found.exclusivity in steps else 0
    return (
        Fraction(lost, 2)
        + Fraction(len(asked.media) - len(found.media), len(asked.media))
        + Fraction(len(asked.territories) - len(found.territories), len(asked.territories))
        + Fraction(asked.days - found.days, asked.days)
        + Fraction(_beyond(asked, found), asked.days)
    )


def _beyond(asked: Rights, found: Rights) -> int:
    """By how many days the one reaches beyond the other."""
    return max(0, (asked.starts_on - found.starts_on).days, (found.ends_on - asked.ends_on).days)


def _id(twin: Twin) -> int:
    if twin.id is None:
        raise ValueError("The twin is not kept yet.")
    return twin.id
