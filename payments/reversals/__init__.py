"""Taking shares back from their payees because of a refund or a dispute, and giving them back when that is undone.

What is not yet sent is withheld without a call. What was sent is reversed out of its transfer; what cannot be reversed
is owed, and netted from the payee's next shares. A share whose transfer is under way is first found out about.
"""

from payments.reversals.planning import Cause, even_out, plan, undo
from payments.reversals.settling import settle

__all__ = ["Cause", "even_out", "plan", "settle", "undo"]
