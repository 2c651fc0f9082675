"""Payments and the shares of each."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, text
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    MaybeCurrency,
    MaybeMinor,
    MaybeMoment,
    Minor,
    Moment,
    Stamp,
    Table,
    listed,
    one_of,
    ref,
)
from payments.money import Money
from payments.states import PaymentStatus, ShareStatus


class Payment(Table, table=True):
    """One charge for one `reference`. `intent_id` is Stripe's PaymentIntent; the attempts number idempotency keys and
    grow only after a definitive refusal. `abandoned_at`: the intent was canceled for good. `fraud_warned_at`: the payer's
    bank suspects fraud. `settled_minor` is what came of it where Stripe settled in another currency; null where it is
    `amount_minor`."""

    id: Id = None
    reference: int = Field(sa_type=BigInteger, unique=True)
    payer_id: int = Field(sa_type=BigInteger)
    description: str
    currency: Currency
    amount_minor: Minor
    refunded_minor: Minor = 0
    settled_currency: MaybeCurrency = None
    settled_minor: MaybeMinor = None
    status: PaymentStatus = one_of(PaymentStatus, default=PaymentStatus.PROCESSING)
    intent_id: str | None = Field(default=None, nullable=True, unique=True)
    intent_attempt: int = 1
    confirm_attempt: int = 1
    payment_method_id: str | None = Field(default=None, nullable=True)
    charge_id: str | None = Field(default=None, nullable=True, unique=True)
    failure_code: str | None = Field(default=None, nullable=True)
    failure_message: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    due_at: Moment
    succeeded_at: MaybeMoment = None
    abandoned_at: MaybeMoment = None
    fraud_warned_at: MaybeMoment = None
    __table_args__ = (
        listed("status", PaymentStatus),
        sa.CheckConstraint("amount_minor > 0 and refunded_minor between 0 and amount_minor", name="amounts"),
        sa.CheckConstraint("(settled_currency is null) = (settled_minor is null)", name="settlement"),
        sa.Index(None, "payer_id"),
    )


class Share(Table, table=True):
    """One party's part of a payment, frozen when it was agreed. `payee_id` is null for the platform's own.

    Where the payment was settled in another currency, `amount_minor` and all that follows from it is in that one, and
    `agreed_minor` of `agreed_currency` is what was agreed: null where the two are the same.
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
    agreed_currency: MaybeCurrency = None
    agreed_minor: MaybeMinor = None
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

    @property
    def agreed(self) -> Money:
        if self.agreed_minor is None or self.agreed_currency is None:
            return Money(self.amount_minor, self.currency)
        return Money(self.agreed_minor, self.agreed_currency)

    __table_args__ = (
        listed("status", ShareStatus),
        sa.UniqueConstraint("payment_id", "position"),
        sa.CheckConstraint("(agreed_currency is null) = (agreed_minor is null)", name="agreed"),
        sa.CheckConstraint(
            "amount_minor >= 0 and reversed_minor >= 0 and owed_minor >= 0 and netted_minor >= 0"
            " and reversed_minor + owed_minor <= amount_minor and sent_minor + netted_minor <= amount_minor"
            " and pulled_minor between 0 and sent_minor",
            name="amounts",
        ),
        sa.Index(None, "payee_id", "id"),
        sa.Index("share_held_idx", "payee_id", postgresql_where=text("status = 'HELD'")),
    )
