"""Money: payments, their shares, those who are paid, and what reaches their banks."""

from datetime import date, datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from core.actor import Scope
from payments import store, tables
from schema import policy
from schema.context import Info
from schema.enums import PayeeStatus, PaymentStatus, PayoutStatus, ShareStatus
from schema.errors import IdempotencyConflict, InvalidInput, NotAllowed, PaymentProblem, WrongState
from schema.ids import Node, stored
from schema.licences import Licence
from schema.money import Money, MoneyInput
from schema.paging import Connection, Page
from schema.parties import Model, Party
from schema.pay_links import link_to_pay
from schema.rates import ShareRole
from schema.scalars import Currency
from schema.statements import StatementConnection


async def pay_url(info: Info, row: tables.Payment) -> str | None:
    """Null unless it waits for its payer."""
    now = await info.context.load.waits_for_payer(row)
    return None if now is None else link_to_pay(info.context.seal, info.context.public_url, stored(row.id), now)


@strawberry.type
class Payment(Node):
    row: strawberry.Private[tables.Payment]
    amount: Money
    refunded: Money
    status: PaymentStatus
    created_at: datetime
    due_at: datetime = strawberry.field(description="Until when it can be paid; then the licence lapses.")

    @classmethod
    def of(cls, row: tables.Payment) -> Self:
        return cls(
            row_id=stored(row.id),
            row=row,
            amount=Money.minor(row.amount_minor, row.currency),
            refunded=Money.minor(row.refunded_minor, row.currency),
            status=row.status,
            created_at=stored(row.created_at),
            due_at=row.due_at,
        )

    @strawberry.field
    async def licence(self, info: Info) -> Licence:
        return await info.context.load.licence.load(self.row.reference)

    @strawberry.field(
        description="Where the brand can pay or authenticate, when it must: a page for people, good for an hour. "
        "It leads on to the payment service's own. Null for all others, and for a key without the scope PAY.",
    )
    async def next_action_url(self, info: Info) -> str | None:
        actor = info.context.actor
        if self.row.payer_id not in actor.party_ids or Scope.PAY not in actor.scopes:
            return None
        return await pay_url(info, self.row)

    @strawberry.field(description="Why the last try failed, in words for the brand and the operator; null for others.")
    def failure_message(self, info: Info) -> str | None:
        return self.row.failure_message if policy.is_member(info.context.actor, self.row.payer_id) else None

    @strawberry.field(
        description="When its bank began to suspect fraud, and had taken nothing back: for the operator, who may refund it "
        "before it is disputed; null for others.",
    )
    def fraud_warned_at(self, info: Info) -> datetime | None:
        return self.row.fraud_warned_at if info.context.actor.is_operator else None

    @strawberry.field
    async def shares(self, info: Info) -> list["Share"]:
        return await info.context.load.shares_of_payment.load(self.row_id)


@strawberry.type(description="One party's part of a payment, frozen when the bid was accepted.")
class Share(Node):
    payment_id: strawberry.Private[int]
    payee_id: strawberry.Private[int | None]
    hold_reason_told: strawberry.Private[str | None]
    role: ShareRole
    basis_points: int
    amount: Money = strawberry.field(description="As it was agreed, in the currency of the price.")
    settled: Money = strawberry.field(
        description="What is sent: the same as `amount`, unless the payment service settled the payment in another "
        "currency. Then it is the same part of what came."
    )
    reversed: Money = strawberry.field(description="What of it went back, in the currency of `settled`.")
    status: ShareStatus

    @classmethod
    def of(cls, row: tables.Share) -> Self:
        return cls(
            row_id=stored(row.id),
            payment_id=row.payment_id,
            payee_id=row.payee_id,
            hold_reason_told=row.hold_reason,
            role=ShareRole(row.role),
            basis_points=row.basis_points,
            amount=Money.of(row.agreed),
            settled=Money.minor(row.amount_minor, row.currency),
            reversed=Money.minor(row.reversed_minor, row.currency),
            status=row.status,
        )

    @strawberry.field
    async def licence_number(self, info: Info) -> str:
        return await info.context.load.licence_number_of_payment.load(self.payment_id)

    @strawberry.field(description="The parties of the licence only: not the contributors, who see their own shares.")
    async def payment(self, info: Info) -> Payment:
        policy.require_no_contributor(info.context.actor, self.payee_id)
        return await info.context.load.payment.load(self.payment_id)

    @strawberry.field(description="Why it is HELD, in words for its payee and the operator; null for others.")
    def hold_reason(self, info: Info) -> str | None:
        told = self.payee_id is not None and policy.is_member(info.context.actor, self.payee_id)
        return self.hold_reason_told if told else None

    @strawberry.field
    async def party(self, info: Info) -> Party | None:
        return None if self.payee_id is None else await info.context.load.party.load(self.payee_id)


@strawberry.type
class ShareConnection(Connection[Share]):
    pass


@strawberry.type
class Balance:
    currency: Currency
    pending: Money
    transferred: Money
    paid_out: Money
    owed: Money

    @classmethod
    def of(cls, value: store.Balance) -> Self:
        return cls(
            currency=Currency(value.currency),
            pending=Money.of(value.pending),
            transferred=Money.of(value.transferred),
            paid_out=Money.of(value.paid_out),
            owed=Money.of(value.owed),
        )


@strawberry.type
class Earning:
    """`model_row_id` is told to an agency alone: a model's earnings are all her own."""

    month: date
    amount: Money
    licences: int
    model_row_id: strawberry.Private[int | None]

    @strawberry.field
    async def model(self, info: Info) -> Model | None:
        return None if self.model_row_id is None else await info.context.load.model.load(self.model_row_id)


@strawberry.type(description="Money on its way from the payee's account to its bank.")
class Payout(Node):
    payee_id: strawberry.Private[int]
    amount: Money
    status: PayoutStatus
    arrives_on: date | None
    failure_message: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: tables.Payout) -> Self:
        return cls(
            row_id=stored(row.id),
            payee_id=row.payee_id,
            amount=Money.minor(row.amount_minor, row.currency),
            status=row.status,
            arrives_on=row.arrives_on,
            failure_message=row.failure_message,
            created_at=stored(row.created_at),
        )

    @strawberry.field(description="Whose bank it goes to.")
    async def party(self, info: Info) -> Party:
        return await info.context.load.party.load(self.payee_id)


@strawberry.type
class PayoutConnection(Connection[Payout]):
    pass


@strawberry.type(description="A party that is paid, and its account at the payment service. Its members only.")
class Payee:
    party_id: strawberry.Private[int]
    status: PayeeStatus
    requirements: list[str] = strawberry.field(
        description="What the payment service still wants to know, in its words.",
    )

    @classmethod
    def of(cls, party_id: int, row: tables.Payee | None) -> Self:
        """A party that has not begun has no row."""
        if row is None:
            return cls(party_id=party_id, status=PayeeStatus.NOT_STARTED, requirements=[])
        return cls(party_id=party_id, status=row.status, requirements=row.requirements)

    @strawberry.field(description="One for each currency in which money was seen; at any moment, now if none is named.")
    async def balances(self, info: Info, at: datetime | None = strawberry.UNSET) -> list[Balance]:
        return await info.context.load.balances.load((self.party_id, at or None))

    @strawberry.field
    async def shares(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> ShareConnection:
        return await info.context.load.shares_of(self.party_id, Page.of(info, first, after, last, before))

    @strawberry.field
    async def payouts(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> PayoutConnection:
        return await info.context.load.payouts_of([self.party_id], Page.of(info, first, after, last, before))

    @strawberry.field(description="Every month in which something moved, in each currency; the newest first.")
    async def statements(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> StatementConnection:
        return await info.context.load.statements_of(self.party_id, Page.of(info, first, after, last, before))

    @strawberry.field(description="Earnings by month and, for an agency, by model.")
    async def earnings(
        self,
        info: Info,
        first_day: Annotated[date, strawberry.argument(name="from")],
        last_day: Annotated[date, strawberry.argument(name="to")],
    ) -> list[Earning]:
        return await info.context.load.earnings(self.party_id, first_day, last_day)


# ------------------------------------------------------------------ mutations


@strawberry.input
class StartPaymentSetupInput:
    brand_id: strawberry.ID | None
    return_url: str


@strawberry.type
class PaymentSetupStarted:
    url: str


StartPaymentSetupResult: TypeAlias = Annotated[
    PaymentSetupStarted | InvalidInput | NotAllowed | PaymentProblem, strawberry.union("StartPaymentSetupResult")
]


@strawberry.input
class RetryPaymentInput:
    licence_id: strawberry.ID
    idempotency_key: str | None


@strawberry.type
class PaymentRetried:
    payment: Payment


RetryPaymentResult: TypeAlias = Annotated[
    PaymentRetried | NotAllowed | WrongState | PaymentProblem | IdempotencyConflict,
    strawberry.union("RetryPaymentResult"),
]


@strawberry.input(description="Without an amount, all that is left.")
class RefundLicenceInput:
    licence_id: strawberry.ID
    amount: MoneyInput | None
    reason: str
    idempotency_key: str | None


@strawberry.type
class LicenceRefunded:
    payment: Payment


RefundLicenceResult: TypeAlias = Annotated[
    LicenceRefunded | InvalidInput | NotAllowed | WrongState | PaymentProblem | IdempotencyConflict,
    strawberry.union("RefundLicenceResult"),
]


@strawberry.input
class StartPayeeOnboardingInput:
    party_id: strawberry.ID
    return_url: str


@strawberry.type
class PayeeOnboardingStarted:
    url: str


StartPayeeOnboardingResult: TypeAlias = Annotated[
    PayeeOnboardingStarted | InvalidInput | NotAllowed | PaymentProblem, strawberry.union("StartPayeeOnboardingResult")
]
