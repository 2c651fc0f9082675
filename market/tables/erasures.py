"""Who was erased. While a row has no `done_at`, and only then, evidence that names this person can be redacted."""

from core.tables import Id, MaybeMoment, Stamp, Table, ref


class Erasure(Table, table=True):
    """It is made and done in one transaction: none that is open is ever seen by another."""

    id: Id = None
    party_id: int = ref("party.id", unique=True)
    asked_at: Stamp = None
    asked_by: str
    done_at: MaybeMoment = None
