"""What an API key looks like: `tm_`, eight characters to tell it by, 256 bits of secret, and a checksum. Pure.

A secret scanner can be told the shape, and sees by the checksum, without asking anybody, that a find is a real one.
"""

import re
import secrets
import zlib
from hmac import compare_digest

SHAPE = re.compile(r"tm_[A-Za-z0-9_-]{8}_[A-Za-z0-9_-]{43}(_[0-9a-f]{8})?")
"""Keys that were made before there were checksums have none."""


def new() -> tuple[str, str]:
    """What is shown of it for ever, and the whole, which is shown once."""
    prefix = f"tm_{secrets.token_urlsafe(6)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    return prefix, f"{secret}_{_checksum(secret)}"


def is_one(text: str) -> bool:
    """Whether it can be a key at all: no question to the database for what is mistyped or cut."""
    found = SHAPE.fullmatch(text)
    if found is None or found[1] is None:
        return found is not None
    secret, _, checksum = text.rpartition("_")
    return compare_digest(checksum, _checksum(secret))


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"
