"""The chain of the audit log: what each seal must be. Pure, and apart from the database's own computation of it."""

from hashlib import sha256

from core.tables import Audit, AuditSeal


def origin_digest(salt: bytes, address: str) -> bytes:
    """What a row keeps of an address: with the salt gone, nobody can try all addresses."""
    return sha256(salt + address.encode()).digest()


def seal_of(before: bytes, number: int, row: Audit) -> bytes:
    """The digest of the seal `number`, when `before` is the digest of the one before it (nothing, for the first)."""
    parts = (
        str(number),
        str(row.id),
        f"{row.at:%Y-%m-%dT%H:%M:%S.%f}",
        row.kind,
        row.actor,
        "" if row.origin_digest is None else row.origin_digest.hex(),
        row.body,
    )
    return sha256(before + "\n".join(parts).encode()).digest()


def fault_in(before: AuditSeal | None, seal: AuditSeal, row: Audit | None) -> str | None:
    """What is wrong with a seal and its row, if anything is; `before` is the seal before it, found right."""
    number = before.number + 1 if before else 1
    if seal.number != number:
        return f"Seal {number} is missing."
    if row is None:
        return f"Row {seal.audit_id}, under seal {seal.number}, is missing."
    if seal.digest != seal_of(before.digest if before else b"", number, row):
        return f"Row {row.id} ({row.kind}, {row.at:%Y-%m-%d %H:%M:%S} UTC) is not the one under seal {seal.number}."
    return None
