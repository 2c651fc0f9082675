"""The states of money, and the kinds of account in the ledger. `payments.rules` says how one follows another."""

from enum import StrEnum


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
    LOSSES           what came back and no share could bear            (expense)
    REVENUE          the platform's own shares                        (income)
    STRIPE_FEES      what Stripe took                                 (expense)
    BANK             what the platform has drawn to its own bank       (asset)
    SUSPENSE         what moved and nobody can explain yet
    FX               what rates of exchange have cost, or earned      (expense)
    EXCHANGE         money that Stripe changed before it came to us, or to a payee  (memo)
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
    LOSSES = "LOSSES"
    REVENUE = "REVENUE"
    STRIPE_FEES = "STRIPE_FEES"
    BANK = "BANK"
    SUSPENSE = "SUSPENSE"
    FX = "FX"
    EXCHANGE = "EXCHANGE"
    BRANDS = "BRANDS"
    PAYEE_BALANCE = "PAYEE_BALANCE"
    PAYEE_IN_TRANSIT = "PAYEE_IN_TRANSIT"
    PAYEE_BANK = "PAYEE_BANK"
    PAYEE_WORLD = "PAYEE_WORLD"
