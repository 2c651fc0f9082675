"""What the comparison of the books found, each time."""

from core.tables import Id, Stamp, Table, Texts


class Reconciliation(Table, table=True):
    """One comparison of payments, ledger and processor. `remarks` tell what was put in suspense: movements of the
    platform's balance of kinds that nobody has told us of."""

    id: Id = None
    at: Stamp = None
    differences: Texts = []
    remarks: Texts = []
