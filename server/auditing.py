"""Whether the audit log is still the one that was written."""

from dataclasses import dataclass

from core import audit, store
from core.tables import AuditSeal
from core.work import Read


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many rows hold, the digest of the last of them, and the first fault, if there is one."""

    rows: int
    head: str
    fault: str | None = None


async def verify(read: Read, *, anchor: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its first seal. `anchor` is a head that was written down earlier, elsewhere: who can change
    every row and seal anew still cannot change that."""
    before: AuditSeal | None = None
    while True:
        links = await store.audit_chain(read, after=before.number if before else 0)
        origins = await store.audit_origins(read, [seal.audit_id for seal, _ in links])
        for seal, row in links:
            fault = audit.fault_in(before, seal, row)
            origin = origins.get(seal.audit_id)
            if fault is None and row is not None and origin is not None:
                digest = audit.origin_digest(origin.salt, origin.address)
                fault = None if digest == row.origin_digest else f"The address of row {row.id} was changed."
            if fault is None and anchor is not None and seal.number == anchor[0] and seal.digest.hex() != anchor[1]:
                fault = f"Seal {seal.number} is not the one that was written down: the chain was made anew."
            if fault is not None:
                return _verdict(before, fault)
            before = seal
        if not links:
            break
    if anchor is not None and (before.number if before else 0) < anchor[0]:
        return _verdict(before, f"The chain ends before seal {anchor[0]}, which was written down: its end was cut off.")
    unsealed = await store.unsealed_audit(read)
    return _verdict(before, None if unsealed is None else f"Row {unsealed} is under no seal.")


def _verdict(last: AuditSeal | None, fault: str | None) -> Verdict:
    return Verdict(last.number if last else 0, last.digest.hex() if last else "", fault)
