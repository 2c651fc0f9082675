"""Whether rights to a twin can be had now, what stands in the way, and the nearest that can be had."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

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
    return Availability(obstacles, _alternatives(ground, rights) if obstacles else ())


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
    """The nearest rights that can be had, the nearest first."""
    if ground.policy is None or ground.status is not TwinStatus.LISTED:
        return ()
    consented = _within(ground.policy, rights)
    if consented is None:
        return ()
    levels = (rights.exclusivity, *LESS_EXCLUSIVE[rights.exclusivity])
    asked = [replace(consented, exclusivity=level) for level in levels]
    candidates = dict.fromkeys(each for one in asked for each in _near(ground, one))
    free = [each for each in candidates if each != rights and ground.is_free(each)]
    free.sort(key=lambda each: _distance(rights, each))
    return tuple(free[:MAXIMUM_ALTERNATIVES])


def _within(policy: PolicyView, rights: Rights) -> Rights | None:
    """The part of `rights` to which the model consents."""
    media, places = rights.media & policy.media, rights.territories & policy.territories
    if not media or not places or rights.industry in policy.forbidden_industries:
        return None
    last = min(rights.ends_on, rights.starts_on + timedelta(days=policy.maximum_days - 1))
    return replace(rights, media=media, territories=places, ends_on=last)


def _near(ground: Ground, rights: Rights) -> Iterator[Rights]:
    """Rights like these that may be free: themselves, other days, fewer days, places or media."""
    yield rights
    at_any_time = replace(rights, starts_on=date.min, ends_on=date.max)
    in_the_way = [other for other in ground.held if at_any_time.conflicts_with(other)]
    yield from _shifted(ground, rights, in_the_way)
    clashing = [other for other in in_the_way if rights.conflicts_with(other)]
    if not clashing:
        return
    yield from _shortened(rights, clashing)
    if places := rights.territories.difference(*(other.territories for other in clashing)):
        yield replace(rights, territories=places)
    if media := rights.media.difference(*(other.media for other in clashing)):
        yield replace(rights, media=media)


def _shifted(ground: Ground, rights: Rights, in_the_way: Iterable[Rights]) -> Iterator[Rights]:
    """The nearest days later, and the nearest earlier, of the same length on which nothing is in the way."""
    others = list(in_the_way)
    length = rights.ends_on - rights.starts_on
    latest = years_after(ground.today, LONGEST_RIGHTS_YEARS)
    later = sorted({other.ends_on + ONE_DAY for other in others if other.ends_on >= rights.starts_on})
    earlier = sorted({other.starts_on - ONE_DAY - length for other in others}, reverse=True)
    starts: tuple[list[date], Callable[[date], bool]]
    for starts in (
        (later, lambda day: rights.starts_on < day <= latest),
        (earlier, lambda day: ground.today <= day < rights.starts_on),
    ):
        days, fits = starts
        moved = (replace(rights, starts_on=day, ends_on=day + length) for day in days if fits(day))
        if free := next((each for each in moved if ground.is_free(each)), None):
            yield free


def _shortened(rights: Rights, clashing: Iterable[Rights]) -> Iterator[Rights]:
    """The longest run of the asked days on which nothing is in the way; of equally long ones the earliest."""
    runs: list[Rights] = []
    first = rights.starts_on
    for other in sorted(clashing, key=lambda each: each.starts_on):
        if other.starts_on > first:
            runs.append(replace(rights, starts_on=first, ends_on=other.starts_on - ONE_DAY))
        first = max(first, other.ends_on + ONE_DAY)
    if first <= rights.ends_on:
        runs.append(replace(rights, starts_on=first))
    if runs:
        yield max(runs, key=lambda run: run.days)


def _distance(asked: Rights, found: Rights) -> Fraction:
    """How far from what was asked: the parts of media, places and days that are lost, how far the days moved in their
    own length, and a half for every step of exclusivity."""
    steps = LESS_EXCLUSIVE[asked.exclusivity]
    lost = steps.index(found.exclusivity) + 1 if found.exclusivity in steps else 0
    is_shorter = found.days < asked.days
    moved = 0 if is_shorter else abs(found.starts_on - asked.starts_on).days
    return (
        Fraction(lost, 2)
        + Fraction(len(asked.media) - len(found.media), len(asked.media))
        + Fraction(len(asked.territories) - len(found.territories), len(asked.territories))
        + Fraction(asked.days - found.days, asked.days)
        + Fraction(moved, asked.days)
    )


def _id(twin: Twin) -> int:
    if twin.id is None:
        raise ValueError("The twin is not kept yet.")
    return twin.id
