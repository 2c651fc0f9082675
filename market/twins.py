"""Twins: what they are, what their models consent to, what their models ask. Only the model herself says any of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from core.work import Work
from market import licences, listings, rules, store
from market import territories as places
from market.facts import PolicySet, RatesSet, TwinStatusSet
from market.rights import Industry, Medium
from market.states import TwinStatus
from market.store.rights import country_numbers, media_numbers
from market.tables import ConsentPolicy, RateCard, Twin
from payments.money import CURRENCIES, MAXIMUM_CHARGE_MINOR, Money, to_stripe

LONGEST_LICENCE_DAYS = 1827
"""Five years."""


@dataclass(frozen=True, slots=True)
class TwinDetails:
    """What a twin looks like, in words and centimetres."""

    name: str
    description: str = ""
    height_cm: int | None = None
    bust_cm: int | None = None
    waist_cm: int | None = None
    hips_cm: int | None = None
    shoe_size_eu: Decimal | None = None
    hair_colour: str | None = None
    eye_colour: str | None = None
    tags: Collection[str] = field(default_factory=tuple)
    preview_urls: Collection[str] = field(default_factory=tuple)


def _colour(name: str) -> Callable[[Any], Any]:
    return lambda value: rules.check_line(value, path=[name], most=40) if value is not None else None


def _measure(name: str) -> Callable[[Any], Any]:
    return lambda value: rules.check_measure(value, path=[name])


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda value: rules.check_line(value, path=["name"]),
    "description": lambda value: rules.check_text(value, path=["description"], most=2000),
    "height_cm": _measure("heightCm"),
    "bust_cm": _measure("bustCm"),
    "waist_cm": _measure("waistCm"),
    "hips_cm": _measure("hipsCm"),
    "shoe_size_eu": rules.check_shoe_size,
    "hair_colour": _colour("hairColour"),
    "eye_colour": _colour("eyeColour"),
    "tags": rules.check_tags,
    "preview_urls": rules.check_urls,
}
"""Every detail of a twin, and what it may be."""


async def create(work: Work, *, model_id: int | None, handle: str, details: TwinDetails) -> Twin:
    """A new twin, DRAFT: nobody else sees it."""
    rules.check_scope(work.actor, Scope.MANAGE)
    if model_id is not None and model_id in work.actor.represented_ids - work.actor.model_ids:
        raise NotAllowed("Only the model herself can do this; an agency cannot.", code="ONLY_THE_MODEL")
    acting = rules.acting_party(model_id, work.actor.model_ids, noun="model")
    checked = {name: check(getattr(details, name)) for name, check in CHECKS.items()}
    values = {"model_id": acting, "handle": rules.check_handle(handle), "status": TwinStatus.DRAFT, **checked}
    twin = await store.twins.keep(work, values | {"version": 1, "policy_version": 0, "card_version": 0})
    if twin is None:
        raise InvalidInput(f"The handle {handle!r} is taken.", code="HANDLE_TAKEN", path=["handle"])
    return twin


async def update(work: Work, *, twin_id: int, changes: Mapping[str, object]) -> Twin:
    """Change some details, named as in `TwinDetails`. A retired twin stays as it was."""
    twin = await _lock_own(work, twin_id)
    if twin.status is TwinStatus.RETIRED:
        raise WrongState("The twin is retired: it stays as it was.", state=twin.status)
    for name, value in changes.items():
        setattr(twin, name, CHECKS[name](value))
    await work.session.flush()
    return twin


async def set_status(work: Work, *, twin_id: int, status: TwinStatus, reason: str | None) -> Twin:
    """LISTED needs rates and a policy. SUSPENDED pauses every running licence; LISTED or PAUSED again resumes them.
    RETIRED is for good: paid licences run to their end."""
    twin = await _lock_own(work, twin_id)
    before = twin.status
    rules.move(twin, status, work.now)
    if status is TwinStatus.LISTED and 0 in (twin.card_version, twin.policy_version):
        missing = "rates" if twin.card_version == 0 else "a consent policy"
        raise WrongState(f"A twin needs {missing} before it can be LISTED.", state=before)
    twin.status_reason = rules.check_text(reason, path=["reason"], most=2000) if reason else None
    await work.session.flush()
    if status is TwinStatus.SUSPENDED:
        await licences.suspend_all(work, twin)
    elif status is TwinStatus.RETIRED:
        await listings.withdraw_all(work, twin, reason="The twin has left the market.")
    if before is TwinStatus.SUSPENDED:
        await licences.resume_all(work, twin)
    work.record(TwinStatusSet(twin_id=twin_id, status=status))
    return twin


async def capture(work: Work, *, twin_id: int, keep_policy: bool, keep_rates: bool, keep_contributors: bool) -> Twin:
    """A new capture: the twin has its next version, which needs its own consent. Policy, rates and crew are only hers if she
    says so here; without a policy or rates the twin is PAUSED until she sets them. Listings were for the version before and are
    withdrawn; offers stay what they are, for the version that they name; licences run on."""
    twin = await _lock_own(work, twin_id)
    if twin.status is TwinStatus.RETIRED:
        raise WrongState("The twin is retired: it stays as it was.", state=twin.status)
    crews = await store.contributions.sharing(work, [(twin_id, twin.version)])
    twin.version += 1
    twin.policy_version = twin.policy_version if keep_policy else 0
    twin.card_version = twin.card_version if keep_rates else 0
    if twin.status is TwinStatus.LISTED and 0 in (twin.policy_version, twin.card_version):
        rules.move(twin, TwinStatus.PAUSED, work.now)
    if keep_contributors:
        await store.contributions.carry_over(work, crews.get((twin_id, twin.version - 1), ()), twin.version)
    await work.session.flush()
    await listings.withdraw_for_capture(work, twin)
    work.record(TwinStatusSet(twin_id=twin_id, status=twin.status))
    return twin


async def set_consent_policy(
    work: Work,
    *,
    twin_id: int,
    media: Collection[Medium],
    forbidden_industries: Collection[Industry],
    territories: frozenset[str],
    maximum_days: int,
    asset_approval_required: bool,
    training_allowed: bool,
    restrictions: Collection[str],
) -> Twin:
    """What may be asked for from now on: a new version. What was agreed stays agreed."""
    twin = await _lock_own(work, twin_id)
    for name, allowed in (("media", media), ("territories", territories)):
        if not allowed:
            raise InvalidInput("Allow at least one, or pause the twin to allow nothing.", path=[name])
    if not 1 <= maximum_days <= LONGEST_LICENCE_DAYS:
        raise InvalidInput(
            f"maximumDays is from 1 to {LONGEST_LICENCE_DAYS}; it was {maximum_days}.", path=["maximumDays"]
        )
    policy = ConsentPolicy(
        twin_id=twin_id,
        version=await store.twins.next_policy(work, twin_id),
        media=media_numbers(media),
        forbidden_industries=[industry for industry in Industry if industry in forbidden_industries],
        territories=country_numbers(territories),
        maximum_days=maximum_days,
        asset_approval_required=asset_approval_required,
        training_allowed=training_allowed,
        restrictions=rules.check_restrictions(list(restrictions)),
        set_at=work.now,
        set_by=work.actor.caller,
    )
    await store.twins.keep_policy(work, twin, policy)
    work.record(PolicySet(twin_id=twin_id, version=policy.version))
    return twin


async def set_rates(
    work: Work,
    *,
    twin_id: int,
    currency: str,
    rates: Mapping[Medium, Decimal],
    factors: Mapping[str, Decimal],
    industry_exclusivity: Decimal,
    total_exclusivity: Decimal,
    floor: Decimal,
) -> tuple[Twin, RateCard]:
    """What is asked from now on: a new version of the rate card."""
    twin = await _lock_own(work, twin_id)
    if currency not in CURRENCIES:
        raise InvalidInput(f"{currency!r} cannot be charged here. Use a code such as EUR.", path=["currency"])
    if not rates:
        raise InvalidInput("Name the rate of at least one medium.", path=["rates"])
    industry_e4 = rules.check_factor_e4(industry_exclusivity, path=["industryExclusivityFactor"], least=1)
    total_e4 = rules.check_factor_e4(total_exclusivity, path=["totalExclusivityFactor"], least=1)
    if total_e4 < industry_e4:
        raise InvalidInput(
            "Shutting out everybody cannot cost less than shutting out one industry.", path=["totalExclusivityFactor"]
        )
    card = RateCard(
        twin_id=twin_id,
        version=await store.twins.next_card(work, twin_id),
        currency=currency,
        rates={
            medium.value: _amount(rates[medium], currency, ["rates", str(place), "per30Days"], least=1)
            for place, medium in enumerate(rates)
        },
        factors=_factors(factors),
        industry_exclusivity_e4=industry_e4,
        total_exclusivity_e4=total_e4,
        floor_minor=_amount(floor, currency, ["floor"], least=0),
        set_at=work.now,
        set_by=work.actor.caller,
    )
    await store.twins.keep_card(work, twin, card)
    work.record(RatesSet(twin_id=twin_id, version=card.version))
    return twin, card


def _amount(amount: Decimal, currency: str, path: Sequence[str], *, least: int) -> int:
    """In minor units, and not more than can be charged at once."""
    try:
        money = Money.of(amount, currency)
    except ValueError as error:
        raise InvalidInput(str(error), path=path) from None
    if money.minor < least or to_stripe(money) > MAXIMUM_CHARGE_MINOR:
        shown = "above" if least else "at least"
        raise InvalidInput(f"An amount here is {shown} 0 and can be charged at once; it was {money}.", path=path)
    return money.minor


def _factors(factors: Mapping[str, Decimal]) -> dict[str, int]:
    path = ["territoryFactors"]
    for code in factors:
        if code not in places.COUNTRIES and code not in places.TREE:
            raise InvalidInput(f"{code} has no factor of its own: name a country or a region of the tree.", path=path)
    return {code: rules.check_factor_e4(factor, path=path) for code, factor in sorted(factors.items())}


async def _lock_own(work: Work, twin_id: int) -> Twin:
    rules.check_scope(work.actor, Scope.MANAGE)
    twin = await store.twins.lock(work, twin_id)
    rules.check_is_model(work.actor, twin.model_id)
    return twin
