"""Statements: what a payee earned, gave back and received in a month, line by line."""

from datetime import date, datetime
from typing import Self

import strawberry

from market.store.statements import LicenceNamed
from payments import statements
from schema.context import Info
from schema.enums import MovementKind
from schema.ids import own_id
from schema.money import Money
from schema.paging import Connection, Page
from schema.rates import ShareRole
from schema.scalars import Currency


@strawberry.type(
    description="One movement of a payee's money, from the ledger. The names, `gross` and its parts are null where the "
    "payee may not see the licence, as somebody of a crew.",
)
class StatementLine:
    row_id: strawberry.Private[int]
    payout_row_id: strawberry.Private[int | None]
    id: strawberry.ID = own_id()
    at: datetime
    kind: MovementKind
    amount: Money = strawberry.field(description="Negative where the payee's money became less.")
    licence_number: str | None
    twin_name: str | None
    brand_name: str | None
    model_name: str | None
    role: ShareRole | None = strawberry.field(description="Null for payouts, as everything below but the payout.")
    basis_points: int | None
    gross: Money | None = strawberry.field(description="What the brand paid for the licence in all.")
    platform_fee: Money | None = strawberry.field(description="The platform's part of `gross`.")
    agency_commission: Money | None = strawberry.field(description="The agency's part of `gross`.")
    crew_parts: Money | None = strawberry.field(description="What went to the crew of the capture, of `gross`.")
    reason: str | None = strawberry.field(description="Why it was reversed: the refund's reason, or the bank's word.")

    @classmethod
    def of(cls, line: statements.Line, named: LicenceNamed | None) -> Self:
        moved = line.movement
        parts = [line.gross, line.fee, line.commission, line.others] if named and named.is_open else [None] * 4
        gross, fee, commission, crew = (None if part is None else Money.of(part) for part in parts)
        return cls(
            row_id=moved.entry_id,
            payout_row_id=line.payout_id,
            at=moved.at,
            kind=moved.kind,
            amount=Money.of(moved.amount),
            licence_number=named.number if named else None,
            twin_name=named.twin if named else None,
            brand_name=named.brand if named else None,
            model_name=named.model if named else None,
            role=None if line.role is None else ShareRole(line.role),
            basis_points=line.basis_points,
            gross=gross,
            platform_fee=fee,
            agency_commission=commission,
            crew_parts=crew,
            reason=line.reason,
        )


@strawberry.type
class StatementLineConnection(Connection[StatementLine]):
    pass


@strawberry.type(
    description="A calendar month (UTC) in one currency, from the ledger: opening + earned - reversed - paidOut = closing. "
    "What a payee has is all that it is still to receive: waiting to be sent, at the payment service, or on its way to the "
    "bank, less what it owes.",
)
class Statement:
    payee_id: strawberry.Private[int]
    month: date = strawberry.field(description="Its first day.")
    currency: Currency
    opening: Money
    earned: Money
    reversed: Money = strawberry.field(description="Taken back by refunds and disputes, less what was given back.")
    paid_out: Money = strawberry.field(description="Arrived at the bank, less what the bank sent back.")
    closing: Money

    @classmethod
    def of(cls, value: statements.Statement) -> Self:
        return cls(
            payee_id=value.payee_id,
            month=value.month,
            currency=Currency(value.currency),
            opening=Money.of(value.opening),
            earned=Money.of(value.earned),
            reversed=Money.of(value.reversed),
            paid_out=Money.of(value.paid_out),
            closing=Money.of(value.closing),
        )

    @strawberry.field(description="Oldest first. Their amounts sum to closing - opening.")
    async def lines(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> StatementLineConnection:
        return await info.context.load.statement_lines(self, Page.of(info, first, after, last, before))

    @strawberry.field(
        description="Of an agency: what its models earned and gave back of the same payments. It is theirs, and in none of "
        "the sums above.",
    )
    async def model_lines(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> StatementLineConnection:
        return await info.context.load.statement_model_lines(self, Page.of(info, first, after, last, before))

    @strawberry.field(
        description="The same as a table for a bookkeeper's program: CSV (RFC 4180) in UTF-8, amounts as exact decimals with "
        "a point. GET it with the credential that asked for it; `?of=models` has an agency's `modelLines`.",
    )
    def csv_url(self, info: Info) -> str:
        payee = info.context.seal.id("Payee", self.payee_id)
        return f"{info.context.public_url}/statements/{payee}/{self.month:%Y-%m}/{self.currency}.csv"


@strawberry.type
class StatementConnection(Connection[Statement]):
    pass
