"""Money that comes back: refunds, disputes, and how each share bears its part."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, text
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    MaybeMinor,
    MaybeMoment,
    Minor,
    Stamp,
    Table,
    listed,
    one_of,
    ref,
)
from payments.states import DisputeStatus, RefundStatus, ReversalStatus


class Refund(Table, table=True):
    """Money of one payment on its way back to its payer. `stripe_id` is there once Stripe has accepted it; `by_hand`:
    somebody made it in Stripe's dashboard. `excess_minor` of it no share could bear: it is the platform's loss.
    `settled_minor` is what it took from the platform in the payment's own settlement currency, if that is another."""

    id: Id = None
    payment_id: int = ref("payment.id")
    currency: Currency
    amount_minor: Minor
    excess_minor: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    settled_minor: MaybeMinor = None
    reason: str
    by_hand: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    status: RefundStatus = one_of(RefundStatus, default=RefundStatus.REQUESTED)
    stripe_id: str | None = Field(default=None, nullable=True, unique=True)
    failure_code: str | None = Field(default=None, nullable=True)
    failure_message: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    accepted_at: MaybeMoment = None
    __table_args__ = (
        listed("status", RefundStatus),
        sa.CheckConstraint("amount_minor > 0 and excess_minor between 0 and amount_minor", name="amount"),
        sa.Index(None, "payment_id"),
        sa.Index("refund_unsettled_idx", "id", postgresql_where=text("status in ('REQUESTED', 'PENDING')")),
    )


class Dispute(Table, table=True):
    """A payer's bank has taken a charge back, for now or for good. `excess_minor` of it no share could bear.
    `fee_minor`, and `settled_minor` if there is one, are in the currency in which the payment was settled."""

    id: Id = None
    payment_id: int = ref("payment.id")
    stripe_id: str = Field(unique=True)
    currency: Currency
    amount_minor: Minor
    settled_minor: MaybeMinor = None
    fee_minor: Minor = 0
    excess_minor: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    reason: str
    status: DisputeStatus = one_of(DisputeStatus, default=DisputeStatus.OPEN)
    opened_at: Stamp = None
    closed_at: MaybeMoment = None
    __table_args__ = (
        listed("status", DisputeStatus),
        sa.CheckConstraint("amount_minor > 0 and excess_minor between 0 and amount_minor", name="amount"),
        sa.Index(None, "payment_id"),
        sa.Index("dispute_open_idx", "id", postgresql_where=text("status = 'OPEN'")),
    )


class Reversal(Table, table=True):
    """How much of one share goes back because of one refund or dispute, and how: WITHHELD before it was sent, REVERSED
    out of its transfer `transfer_id`, or OWED and NETTED from later shares. RETURNED: the payee has it again, by the
    transfer `return_id` if it had lost it."""

    id: Id = None
    payment_id: int = ref("payment.id")
    share_id: int = ref("share.id")
    refund_id: int | None = ref("refund.id", nullable=True, default=None)
    dispute_id: int | None = ref("dispute.id", nullable=True, default=None)
    payee_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    currency: Currency
    amount_minor: Minor
    netted_minor: Minor = 0
    status: ReversalStatus = one_of(ReversalStatus, default=ReversalStatus.PENDING)
    transfer_id: str | None = Field(default=None, nullable=True)
    stripe_id: str | None = Field(default=None, nullable=True, unique=True)
    return_minor: Minor = 0
    return_account_id: str | None = Field(default=None, nullable=True)
    return_attempt: int = 1
    return_id: str | None = Field(default=None, nullable=True, unique=True)
    created_at: Stamp = None
    __table_args__ = (
        listed("status", ReversalStatus),
        sa.CheckConstraint("num_nonnulls(refund_id, dispute_id) = 1", name="one_cause"),
        sa.CheckConstraint("amount_minor > 0 and netted_minor between 0 and amount_minor", name="amounts"),
        sa.Index(None, "payment_id"),
        sa.Index(None, "share_id"),
        sa.Index("reversal_owed_idx", "payee_id", postgresql_where=text("status = 'OWED'")),
        sa.Index("reversal_unsettled_idx", "id", postgresql_where=text("status in ('PENDING', 'RETURNING')")),
    )
