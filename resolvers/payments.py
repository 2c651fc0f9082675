"""Payments: setting up how a brand pays and how a party is paid, and trying a charge again."""

import strawberry

from core.work import Work
from market import licences, parties
from payments import store, tables
from payments.errors import PaymentProblem
from resolvers.idempotency import once
from schema import policy
from schema.context import Info
from schema.ids import PARTIES, number_if_given, number_of, stored
from schema.money import amount_if_given
from schema.payments import (
    LicenceRefunded,
    PayeeOnboardingStarted,
    Payment,
    PaymentRetried,
    PaymentSetupStarted,
    RefundLicenceInput,
    RefundLicenceResult,
    RetryPaymentInput,
    RetryPaymentResult,
    StartPayeeOnboardingInput,
    StartPayeeOnboardingResult,
    StartPaymentSetupInput,
    StartPaymentSetupResult,
    pay_url,
)


@strawberry.type
class PaymentMutations:
    """The first two speak with the payment service, so their verbs open works of their own around what it says."""

    @strawberry.mutation
    async def start_payee_onboarding(self, info: Info, input: StartPayeeOnboardingInput) -> StartPayeeOnboardingResult:
        policy.require_caller(info.context.actor)
        url = await parties.start_payee_onboarding(
            info.context.work,
            info.context.gateway,
            party_id=number_of(info, input.party_id, *PARTIES, path=["partyId"]),
            return_url=input.return_url,
        )
        return PayeeOnboardingStarted(url=url)

    @strawberry.mutation
    async def start_payment_setup(self, info: Info, input: StartPaymentSetupInput) -> StartPaymentSetupResult:
        policy.require_caller(info.context.actor)
        url = await parties.start_payment_setup(
            info.context.work,
            info.context.gateway,
            brand_id=number_if_given(info, input.brand_id, "Brand", path=["brandId"]),
            return_url=input.return_url,
        )
        return PaymentSetupStarted(url=url)

    @strawberry.mutation
    async def retry_payment(self, info: Info, input: RetryPaymentInput) -> RetryPaymentResult:
        policy.require_caller(info.context.actor)
        licence_id = number_of(info, input.licence_id, "Licence", path=["licenceId"])
        try:
            async with policy.work(info) as work:
                row = await once(
                    work,
                    input,
                    do=lambda: licences.retry_payment(work, licence_id=licence_id),
                    find=lambda number: _found(work, number),
                )
        except PaymentProblem as problem:
            payment = await info.context.load.payment_of_licence.load(licence_id)
            problem.next_action_url = await pay_url(info, payment.row)
            raise
        return PaymentRetried(payment=Payment.of(row))

    @strawberry.mutation(description="The marketplace's operator only.")
    async def refund_licence(self, info: Info, input: RefundLicenceInput) -> RefundLicenceResult:
        async with policy.work(info) as work:
            licence_id = number_of(info, input.licence_id, "Licence", path=["licenceId"])
            amount = amount_if_given(input.amount, ["amount"])
            row = await once(
                work,
                input,
                do=lambda: licences.refund(work, licence_id=licence_id, amount=amount, reason=input.reason),
                find=lambda number: _found(work, number),
            )
        return LicenceRefunded(payment=Payment.of(row))


async def _found(work: Work, payment_id: int) -> tables.Payment:
    return stored(await store.payment(work, payment_id))
