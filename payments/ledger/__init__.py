"""The double-entry ledger: what is posted when, what it says, and whether it holds together.

An entry moves its amount from the credited account to the debited one. Only what Stripe has confirmed is posted.

event                     debit                     credit              key
charge succeeded          STRIPE_BALANCE            CLEARING            ch_1:charge
  a payee's share         CLEARING                  PAYABLE of it       ch_1:share:0
  the platform's share    CLEARING                  REVENUE             ch_1:share:2
  Stripe's fee            STRIPE_FEES               STRIPE_BALANCE      ch_1:fee
settled in another currency than it was made in (memo, and what came of it instead of the charge)
                          EXCHANGE                  BRANDS              ch_1:charge
                          STRIPE_BALANCE            CLEARING            ch_1:settled
  returned at another rate STRIPE_BALANCE or FX     the other of them   re_1:fx:0
  of a dispute's end      DISPUTED or FX            the other of them   du_1:fx:0
transfer made             PAYABLE of the payee      STRIPE_BALANCE      tr_1:transfer
  (memo)                  PAYEE_BALANCE of it       PAYEE_WORLD of it   tr_1:received
refund accepted           RECEIVABLE of the payee   STRIPE_BALANCE      re_1:claim:7
  the platform's part     REVENUE                   STRIPE_BALANCE      re_1:claim:9
  what no share can bear  LOSSES                    STRIPE_BALANCE      re_1:excess
  a share bears it later  STRIPE_BALANCE            LOSSES              re_1:relief:7
  unsent, so withheld     PAYABLE of the payee      RECEIVABLE of it    reversal:7:withheld
  netted from a share     PAYABLE of the payee      RECEIVABLE of it    reversal:7:netted:9
transfer reversed         STRIPE_BALANCE            RECEIVABLE          trr_1:reversal
  (memo)                  PAYEE_WORLD of it         PAYEE_BALANCE       trr_1:given_back
refund failed             STRIPE_BALANCE            PAYABLE, REVENUE    re_1:undone:7
  still owed: forgiven    PAYABLE of the payee      RECEIVABLE of it    reversal:7:forgiven
  sent once more          PAYABLE of the payee      STRIPE_BALANCE      tr_2:return (and tr_2:received)
dispute opened            DISPUTED                  STRIPE_BALANCE      du_1:withdrawn
  its fee, or more of it  DISPUTE_FEES              STRIPE_BALANCE      du_1:dispute_fee:0
  each share, as above    RECEIVABLE, REVENUE       HELD_DISPUTE        du_1:claim:7
  what no share can bear  LOSSES                    HELD_DISPUTE        du_1:excess
dispute won               STRIPE_BALANCE            DISPUTED            du_1:reinstated
  its fee, if given back  STRIPE_BALANCE            DISPUTE_FEES        du_1:dispute_fee:1
  each share, as above    HELD_DISPUTE              PAYABLE, REVENUE    du_1:undone:7
  the excess is no loss   HELD_DISPUTE              LOSSES              du_1:relief
dispute lost, each share  HELD_DISPUTE              DISPUTED            du_1:lost:7, du_1:lost:excess
the platform's own payout BANK                     STRIPE_BALANCE      txn_1:moved
  a fee of its own        STRIPE_FEES               STRIPE_BALANCE      txn_2:moved
  what nobody explains    SUSPENSE                  STRIPE_BALANCE      txn_3:moved (or the other way)
  explained by somebody   BANK, FX, REVENUE ...     SUSPENSE            txn_3:explained (or the other way)
changed on arrival (memo) EXCHANGE of the payee     PAYEE_BALANCE       txn_4:changed_from
  and into what           PAYEE_BALANCE of it       EXCHANGE of it      txn_4:changed_into
payout created (memo)     PAYEE_IN_TRANSIT of it    PAYEE_BALANCE       po_1:created
  paid                    PAYEE_BANK of it          PAYEE_IN_TRANSIT    po_1:paid
  failed or canceled      PAYEE_BALANCE of it       PAYEE_IN_TRANSIT    po_1:failed, po_1:canceled
  failed after it was paid PAYEE_BALANCE of it      PAYEE_BANK          po_1:failed

A balance is debits less credits: assets and expenses are positive, liabilities and income negative.
All shares, and all that comes back, are in the currency in which the charge was settled.
"""

from payments.ledger.postings import (
    CLEARING,
    DISPUTE_FEES,
    DISPUTED,
    EXPLANATIONS,
    OWN_CATEGORIES,
    REVENUE,
    STRIPE_BALANCE,
    STRIPE_FEES,
    change_postings,
    charge_postings,
    claim_posting,
    excess_posting,
    explained_posting,
    foreign_posting,
    forgiven_posting,
    lost_postings,
    netted_posting,
    payout_posting,
    post,
    reinstated_posting,
    relief_posting,
    reversal_postings,
    sending,
    true_up,
    undone_posting,
    withdrawn_posting,
    withheld_posting,
)
from payments.ledger.verifying import verify
from payments.store import balances, earnings

__all__ = [
    "CLEARING",
    "DISPUTED",
    "DISPUTE_FEES",
    "EXPLANATIONS",
    "OWN_CATEGORIES",
    "REVENUE",
    "STRIPE_BALANCE",
    "STRIPE_FEES",
    "balances",
    "change_postings",
    "charge_postings",
    "claim_posting",
    "earnings",
    "excess_posting",
    "explained_posting",
    "foreign_posting",
    "forgiven_posting",
    "lost_postings",
    "netted_posting",
    "payout_posting",
    "post",
    "reinstated_posting",
    "relief_posting",
    "reversal_postings",
    "sending",
    "true_up",
    "undone_posting",
    "verify",
    "withdrawn_posting",
    "withheld_posting",
]
