"""Opaque ids and cursors: numbers that the outside may hold and hand back, and neither read, count, guess nor forge.

Ids and cursors are sealed with AES-SIV (RFC 5297): deterministic, so that one row has one id for ever, and authenticated, so
that what was sealed for one purpose opens for no other. A plain serial id would tell a rival how many bids came between two of
its own.
"""

from base64 import urlsafe_b64decode
from binascii import b2a_base64
from functools import lru_cache
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NUMBER = Struct(">q")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Broken(Exception):
    """It was not sealed here, or not for this purpose."""


MOST = 4_096
"""Of each kind so many are remembered: of what is shown often the same is shown again."""


class Seal:
    """Seals and opens. `secret` is the deployment's own (at least 16 characters); changing it changes every id."""

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"twinmarket ids and cursors").derive(secret.encode())
        self._cipher = AESSIV(key)
        self.id = lru_cache(maxsize=MOST)(self._id)
        self.number = lru_cache(maxsize=MOST)(self._number)

    def _id(self, kind: str, number: int) -> str:
        return self.close("id", kind.encode() + _NUMBER.pack(number))

    def _number(self, purpose: str, number: int) -> str:
        """As JSON has a list of that number alone."""
        return self.close(purpose, b"[%d]" % number)

    def open_id(self, text: str) -> tuple[str, int]:
        """The kind of thing ("Twin") and its number. Raises Broken unless `text` is an id that was sealed here."""
        content = self.open("id", text)
        return content[: -_NUMBER.size].decode(), int(_NUMBER.unpack(content[-_NUMBER.size :])[0])

    def close(self, purpose: str, content: bytes) -> str:
        sealed = b2a_base64(self._cipher.encrypt(content, [purpose.encode()]), newline=False)
        return sealed.translate(_URL_SAFE, b"=\n").decode()

    def open(self, purpose: str, text: str) -> bytes:
        try:
            sealed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            content = self._cipher.decrypt(sealed, [purpose.encode()])
        except (ValueError, InvalidTag) as error:
            raise Broken(purpose) from error
        if self.close(purpose, content) != text:
            raise Broken(purpose)
        return content
