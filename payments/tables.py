"""What the money room remembers: payers, payees, payments, shares, what comes back, payouts, events, the ledger."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy import BigInteger, text
from sqlmodel import Field

from core.tables import (
    XID,
    Currency,
    Id,
    Json,
    MaybeMoment,
    Minor,
    Moment,
    Stamp,
    Table,
    Texts,
    append_only,
    listed,
    one_of,
    ref,
)


class PaymentStatus(StrEnum):
    PROCESSING = "PROCESSING"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    DISPUTED = "DISPUTED"


class ShareStatus(StrEnum):
    PENDING = "PENDING"
    HELD = "HELD"
    TRANSFERRED = "TRANSFERRED"
    PARTIALLY_REVERSED = "PARTIALLY_REVERSED"
    REVERSED = "REVERSED"
    OWED = "OWED"


class RefundStatus(StrEnum):
    REQUESTED = "REQUESTED"
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class DisputeStatus(StrEnum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class ReversalStatus(StrEnum):
    PENDING = "PENDING"
    WITHHELD = "WITHHELD"
    REVERSED = "REVERSED"
    OWED = "OWED"
    NETTED = "NETTED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"


class PayeeStatus(StrEnum):
    NOT_STARTED = "NOT_STARTED"
    ONBOARDING = "ONBOARDING"
    READY = "READY"
    RESTRICTED = "RESTRICTED"


class PayoutStatus(StrEnum):
    PENDING = "PENDING"
    IN_TRANSIT = "IN_TRANSIT"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class AccountKind(StrEnum):
    """The ledger's accounts, one of each per currency, those of payees one per payee besides.

    STRIPE_BALANCE   what the platform holds at Stripe                 (asset)
    CLEARING         money charged and not yet allocated; ends at zero (liability)
    PAYABLE          what a payee has earned and not yet been sent     (liability)
    RECEIVABLE       what a payee must give back and has not yet      (asset)
    HELD_DISPUTE     what was taken from a payee until a dispute ends  (liability)
    DISPUTED         what Stripe took until a dispute ends            (asset)
    DISPUTE_FEES     what Stripe takes for a dispute                  (expense)
    REVENUE          the platform's own shares                        (income)
    STRIPE_FEES      what Stripe took                                 (expense)
    BRANDS           the outside world that pays                      (memo)
    PAYEE_BALANCE    what a payee holds at Stripe                     (memo)
    PAYEE_IN_TRANSIT what is on its way from Stripe to a payee's bank (memo)
    PAYEE_BANK       what has arrived at a payee's bank               (memo)
    PAYEE_WORLD      the other side of the payees' memo accounts      (memo)
    """

    STRIPE_BALANCE = "STRIPE_BALANCE"
    CLEARING = "CLEARING"
    PAYABLE = "PAYABLE"
    RECEIVABLE = "RECEIVABLE"
    HELD_DISPUTE = "HELD_DISPUTE"
    DISPUTED = "DISPUTED"
    DISPUTE_FEES = "DISPUTE_FEES"
    REVENUE = "REVENUE"
    STRIPE_FEES = "STRIPE_FEES"
    BRANDS = "BRANDS"
    PAYEE_BALANCE = "PAYEE_BALANCE"
    PAYEE_IN_TRANSIT = "PAYEE_IN_TRANSIT"
    PAYEE_BANK = "PAYEE_BANK"
    PAYEE_WORLD = "PAYEE_WORLD"


class Payer(Table, table=True):
    """A party that pays, and the payment method that it saved at Stripe. `id` is the party's."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    customer_id: str | None = Field(default=None, nullable=True, unique=True)
    setup_session_id: str | None = Field(default=None, nullable=True)
    payment_method_id: str | None = Field(default=None, nullable=True)
    payment_method_label: str | None = Field(default=None, nullable=True)
    payment_method_expires_on: date | None = Field(default=None, nullable=True)
    attempt: int = 1
    updated_at: Stamp = None


class Payee(Table, table=True):
    """A party that is paid, and its account at Stripe. `id` is the party's. READY exactly when transfers are `active`."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    account_id: str | None = Field(default=None, nullable=True, unique=True)
    status: PayeeStatus = one_of(PayeeStatus, default=PayeeStatus.NOT_STARTED)
    requirements: Texts = []
    attempt: int = 1
    updated_at: Stamp = None
    __table_args__ = (listed("status", PayeeStatus),)


class Payment(Table, table=True):
    """One charge for one `reference`. `intent_id` is Stripe's PaymentIntent; the attempts number idempotency keys and
    grow only after a definitive refusal. `abandoned_at`: the intent was canceled for good."""

    id: Id = None
    reference: int = Field(sa_type=BigInteger, unique=True)
    payer_id: int = Field(sa_type=BigInteger)
    description: str
    currency: Currency
    amount_minor: Minor
    refunded_minor: Minor = 0
    status: PaymentStatus = one_of(PaymentStatus, default=PaymentStatus.PROCESSING)
    intent_id: str | None = Field(default=None, nullable=True, unique=True)
    intent_attempt: int = 1
    confirm_attempt: int = 1
    payment_method_id: str | None = Field(default=None, nullable=True)
    charge_id: str | None = Field(default=None, nullable=True, unique=True)
    next_action_url: str | None = Field(default=None, nullable=True)
    failure_code: str | None = Field(default=None, nullable=True)
    failure_message: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    due_at: Moment
    succeeded_at: MaybeMoment = None
    abandoned_at: MaybeMoment = None
    __table_args__ = (
        listed("status", PaymentStatus),
        sa.CheckConstraint("amount_minor > 0 and refunded_minor between 0 and amount_minor", name="amounts"),
        sa.Index(None, "payer_id"),
    )


class Share(Table, table=True):
    """One party's part of a payment, frozen when it was agreed. `payee_id` is null for the platform's own.

    Of `amount_minor`, `reversed_minor` is its party's no more, and `owed_minor` ought to be given back. `sent_minor` is
    the amount of its transfer, of which `pulled_minor` was reversed; `netted_minor` went into the payee's older debts
    instead. An unsent share with an `account_id` is under way: whether it was sent is not known.
    """

    id: Id = None
    payment_id: int = ref("payment.id")
    position: int
    role: str
    payee_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    basis_points: int
    currency: Currency
    amount_minor: Minor
    reversed_minor: Minor = 0
    owed_minor: Minor = 0
    sent_minor: Minor = 0
    pulled_minor: Minor = 0
    netted_minor: Minor = 0
    status: ShareStatus = one_of(ShareStatus, default=ShareStatus.PENDING)
    hold_reason: str | None = Field(default=None, nullable=True)
    attempt: int = 1
    account_id: str | None = Field(default=None, nullable=True)
    transfer_id: str | None = Field(default=None, nullable=True, unique=True)
    transferred_at: MaybeMoment = None
    __table_args__ = (
        listed("status", ShareStatus),
        sa.UniqueConstraint("payment_id", "position"),
        sa.CheckConstraint(
            "amount_minor >= 0 and reversed_minor >= 0 and owed_minor >= 0 and netted_minor >= 0"
            " and reversed_minor + owed_minor <= amount_minor and sent_minor + netted_minor <= amount_minor"
            " and pulled_minor between 0 and sent_minor",
            name="amounts",
        ),
        sa.Index(None, "payee_id", "id"),
        sa.Index("share_held_idx", "payee_id", postgresql_where=text("status = 'HELD'")),
    )


class Refund(Table, table=True):
    """Money of one payment on its way back to its payer. `stripe_id` is there once Stripe has accepted it."""

    id: Id = None
    payment_id: int = ref("payment.id")
    currency: Currency
    amount_minor: Minor
    reason: str
    status: RefundStatus = one_of(RefundStatus, default=RefundStatus.REQUESTED)
    stripe_id: str | None = Field(default=None, nullable=True, unique=True)
    failure_code: str | None = Field(default=None, nullable=True)
    failure_message: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    accepted_at: MaybeMoment = None
    __table_args__ = (
        listed("status", RefundStatus),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index(None, "payment_id"),
        sa.Index("refund_unsettled_idx", "id", postgresql_where=text("status in ('REQUESTED', 'PENDING')")),
    )


class Dispute(Table, table=True):
    """A payer's bank has taken a charge back, for now or for good."""

    id: Id = None
    payment_id: int = ref("payment.id")
    stripe_id: str = Field(unique=True)
    currency: Currency
    amount_minor: Minor
    fee_minor: Minor = 0
    reason: str
    status: DisputeStatus = one_of(DisputeStatus, default=DisputeStatus.OPEN)
    opened_at: Stamp = None
    closed_at: MaybeMoment = None
    __table_args__ = (
        listed("status", DisputeStatus),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
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


class Payout(Table, table=True):
    """Money on its way from a payee's Stripe balance to its bank. PAID may still become FAILED."""

    id: Id = None
    payee_id: int = ref("payee.id")
    stripe_id: str = Field(unique=True)
    currency: Currency
    amount_minor: Minor
    status: PayoutStatus = one_of(PayoutStatus, default=PayoutStatus.PENDING)
    arrives_on: date | None = Field(default=None, nullable=True)
    failure_message: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    updated_at: Stamp = None
    __table_args__ = (listed("status", PayoutStatus), sa.Index(None, "payee_id", "id"))


class StripeEvent(Table, table=True):
    """The inbox: every event that Stripe sent, once. Only a nudge: what happened is read from Stripe again."""

    id: Id = None
    stripe_id: str = Field(unique=True)
    type: str
    account_id: str | None = Field(default=None, nullable=True)
    object_id: str | None = Field(default=None, nullable=True)
    body: Json
    received_at: Stamp = None
    handled_at: MaybeMoment = None


class Account(Table, table=True):
    """A ledger account of one currency."""

    id: Id = None
    kind: AccountKind = one_of(AccountKind)
    payee_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    currency: Currency
    __table_args__ = (
        listed("kind", AccountKind),
        sa.UniqueConstraint("id", "currency"),
        sa.UniqueConstraint("kind", "payee_id", "currency", postgresql_nulls_not_distinct=True),
    )


class Entry(Table, table=True):
    """Money moves from the credited account to the debited one: it cannot fail to balance, and it never changes.
    `key` names the confirmed fact at Stripe (`ch_1:charge`), so that a fact is posted once."""

    id: Id = None
    tx: Annotated[int | None, Field(sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": XID})] = (
        None
    )
    at: Stamp = None
    kind: str
    key: str = Field(unique=True)
    payment_id: int | None = ref("payment.id", nullable=True, default=None)
    debit_id: int = Field(sa_type=BigInteger)
    credit_id: int = Field(sa_type=BigInteger)
    currency: Currency
    amount_minor: Minor
    __table_args__ = (
        sa.ForeignKeyConstraint(["debit_id", "currency"], ["account.id", "account.currency"]),
        sa.ForeignKeyConstraint(["credit_id", "currency"], ["account.id", "account.currency"]),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("debit_id <> credit_id", name="two_sides"),
        sa.Index(None, "debit_id", "tx", postgresql_include=["amount_minor"]),
        sa.Index(None, "credit_id", "tx", postgresql_include=["amount_minor"]),
        sa.Index(None, "payment_id"),
    )


append_only(Entry)
