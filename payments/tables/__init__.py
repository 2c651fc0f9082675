"""What the money room remembers: payers, payees, payments, shares, what comes back, payouts, events, the ledger."""

from payments.tables.events import StripeEvent as StripeEvent
from payments.tables.ledger import Account as Account
from payments.tables.ledger import Entry as Entry
from payments.tables.pace import Pace as Pace
from payments.tables.parties import Payee as Payee
from payments.tables.parties import PayeeAccount as PayeeAccount
from payments.tables.parties import Payer as Payer
from payments.tables.payments import Payment as Payment
from payments.tables.payments import Share as Share
from payments.tables.payouts import Payout as Payout
from payments.tables.reconciliations import Reconciliation as Reconciliation
from payments.tables.returns import Dispute as Dispute
from payments.tables.returns import Refund as Refund
from payments.tables.returns import Reversal as Reversal
