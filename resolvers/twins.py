"""Twins: searching them, making and changing them."""

import strawberry

from market import store, twins
from market.search import ANY, IntRange, TwinQuery
from market.store.rights import card_of
from market.twins import TwinDetails
from resolvers.idempotency import once
from schema import policy
from schema.context import Info
from schema.enums import TwinOrder
from schema.ids import number_if_given, number_of
from schema.money import amount_if_given
from schema.paging import Page
from schema.rates import RateCard, SetRatesInput
from schema.relations import asked_beside
from schema.twins import (
    DETAILS,
    CaptureTwinInput,
    CaptureTwinResult,
    CreateTwinInput,
    CreateTwinResult,
    RatesSet,
    SetConsentPolicyInput,
    SetConsentPolicyResult,
    SetRatesResult,
    SetTwinStatusInput,
    SetTwinStatusResult,
    Twin,
    TwinConnection,
    TwinCreated,
    TwinFilter,
    TwinUpdated,
    UpdateTwinInput,
    UpdateTwinResult,
)
from schema.twins import IntRange as IntRangeInput


@strawberry.type
class TwinQueries:
    @strawberry.field
    async def twins(
        self,
        info: Info,
        filter: TwinFilter | None = strawberry.UNSET,
        order_by: TwinOrder = TwinOrder.NEWEST,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> TwinConnection:
        policy.require_reader(info.context.actor)
        query = _query(info, filter, order_by) if filter else TwinQuery(order=order_by)
        page = Page.of(info, first, after, last, before)
        return await info.context.load.search(query, page, asked_beside(info))

    @strawberry.field
    async def twin(self, info: Info, handle: str) -> Twin | None:
        policy.require_reader(info.context.actor)
        return await info.context.load.twin_called(handle, asked_beside(info)) if handle.isprintable() else None


def _query(info: Info, filter: TwinFilter, order: TwinOrder) -> TwinQuery:
    rights = filter.available_for
    return TwinQuery(
        search=filter.search,
        available_for=None if rights is None else rights.to_value(["filter", "availableFor"]),
        maximum_price=amount_if_given(filter.maximum_price, ["filter", "maximumPrice"]),
        tags=tuple(filter.tags or ()),
        height_cm=_range(filter.height_cm),
        bust_cm=_range(filter.bust_cm),
        waist_cm=_range(filter.waist_cm),
        hips_cm=_range(filter.hips_cm),
        hair_colour=tuple(filter.hair_colour or ()),
        eye_colour=tuple(filter.eye_colour or ()),
        model_id=number_if_given(info, filter.model_id, "Model", path=["filter", "modelId"]),
        agency_id=number_if_given(info, filter.agency_id, "Agency", path=["filter", "agencyId"]),
        order=order,
    )


def _range(asked: IntRangeInput | None) -> IntRange:
    return ANY if asked is None else (asked.min, asked.max)


# ------------------------------------------------------------------ mutations


@strawberry.type
class TwinMutations:
    @strawberry.mutation
    async def create_twin(self, info: Info, input: CreateTwinInput) -> CreateTwinResult:
        async with policy.work(info) as work:
            model_id = number_if_given(info, input.model_id, "Model", path=["modelId"])
            row = await once(
                work,
                input,
                do=lambda: twins.create(work, model_id=model_id, handle=input.handle, details=_details(input)),
                find=lambda number: store.twins.find(work, number),
            )
        return TwinCreated(twin=Twin.of(row))

    @strawberry.mutation
    async def update_twin(self, info: Info, input: UpdateTwinInput) -> UpdateTwinResult:
        async with policy.work(info) as work:
            twin_id = number_of(info, input.twin_id, "Twin", path=["twinId"])
            row = await twins.update(work, twin_id=twin_id, changes=input.changes())
        return TwinUpdated(twin=Twin.of(row))

    @strawberry.mutation
    async def set_twin_status(self, info: Info, input: SetTwinStatusInput) -> SetTwinStatusResult:
        async with policy.work(info) as work:
            twin_id = number_of(info, input.twin_id, "Twin", path=["twinId"])
            row = await twins.set_status(work, twin_id=twin_id, status=input.status, reason=input.reason)
        return TwinUpdated(twin=Twin.of(row))

    @strawberry.mutation
    async def capture_twin(self, info: Info, input: CaptureTwinInput) -> CaptureTwinResult:
        async with policy.work(info) as work:
            row = await twins.capture(
                work,
                twin_id=number_of(info, input.twin_id, "Twin", path=["twinId"]),
                keep_policy=input.keep_policy,
                keep_rates=input.keep_rates,
                keep_contributors=input.keep_contributors,
            )
        return TwinUpdated(twin=Twin.of(row))

    @strawberry.mutation
    async def set_consent_policy(self, info: Info, input: SetConsentPolicyInput) -> SetConsentPolicyResult:
        async with policy.work(info) as work:
            row = await twins.set_consent_policy(
                work,
                twin_id=number_of(info, input.twin_id, "Twin", path=["twinId"]),
                media=frozenset(input.media),
                forbidden_industries=frozenset(input.forbidden_industries),
                territories=input.countries(),
                maximum_days=input.maximum_days,
                asset_approval_required=input.asset_approval_required,
                training_allowed=input.training_allowed,
                restrictions=input.restrictions,
            )
        return TwinUpdated(twin=Twin.of(row))

    @strawberry.mutation
    async def set_rates(self, info: Info, input: SetRatesInput) -> SetRatesResult:
        async with policy.work(info) as work:
            row, card = await twins.set_rates(
                work,
                twin_id=number_of(info, input.twin_id, "Twin", path=["twinId"]),
                currency=input.checked_currency(),
                rates=input.rates_by_medium(),
                factors=input.factors_by_territory(),
                industry_exclusivity=input.industry_exclusivity_factor,
                total_exclusivity=input.total_exclusivity_factor,
                floor=input.floor,
            )
        return RatesSet(twin=Twin.of(row), rate_card=RateCard(card=card_of(card), version=card.version))


def _details(input: CreateTwinInput) -> TwinDetails:
    return TwinDetails(**{name: getattr(input, name) for name in DETAILS})
