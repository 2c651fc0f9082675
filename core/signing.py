"""Signed statements: JSON Web Signatures (RFC 7515) of one algorithm, Ed25519 (RFC 8037), in the one spelling there is.

A reader that is told by the document itself how to check it can be told anything: here the algorithm is fixed, the header
must say so, and every part must be spelled as it was written when it was signed.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAXIMUM_LENGTH = 20_000
ALGORITHM = "EdDSA"


class Forged(Exception):
    """The message says in words what is wrong with it."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`private` is the 32 bytes of the secret key."""

    private: bytes
    public: bytes

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, kind: str, statement: Mapping[str, Any]) -> str:
        """`kind` is the statement's media type without `application/`."""
        header = {"alg": ALGORITHM, "kid": self.id, "typ": kind}
        signed = f"{_text(orjson.dumps(header))}.{_text(orjson.dumps(statement))}"
        return f"{signed}.{_text(Ed25519PrivateKey.from_private_bytes(self.private).sign(signed.encode()))}"


def new_key() -> KeyPair:
    private = Ed25519PrivateKey.generate()
    return KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())


def key_id(public: bytes) -> str:
    """The key's JWK thumbprint (RFC 7638)."""
    required = orjson.dumps({"crv": "Ed25519", "kty": "OKP", "x": _text(public)})
    return _text(hashlib.sha256(required).digest())


def public_jwk(public: bytes) -> dict[str, str]:
    names = {"kid": key_id(public), "use": "sig", "alg": ALGORITHM}
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(public), **names}


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement as it came, in parts; nothing of it is to be believed before `statement` has returned it."""

    kind: str
    key_id: str
    _signed: bytes
    _payload: bytes
    _signature: bytes

    def statement(self, public: bytes) -> dict[str, Any]:
        """What the holder of the key has signed. Raises Forged."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self._signature, self._signed)
        except InvalidSignature:
            raise Forged("The signature does not fit: the certificate was altered, or was not signed here.") from None
        statement = orjson.loads(self._payload)
        if not isinstance(statement, dict):
            raise Forged("It states nothing.")
        return statement


def read(text: str, *, kind: str) -> Signed:
    """Raises Forged for what is no signed statement of that kind."""
    parts = text.strip().split(".") if len(text) <= MAXIMUM_LENGTH else []
    if len(parts) != 3:
        raise Forged("This is no certificate: one has three parts, joined by dots.")
    header, payload, signature = map(_bytes, parts)
    try:
        said = orjson.loads(header)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict) or set(said) != {"alg", "kid", "typ"} or not isinstance(said["kid"], str):
        raise Forged("This is no certificate of this marketplace: its header is another one.")
    if said["alg"] != ALGORITHM or said["typ"] != kind:
        raise Forged(f"This is no certificate of this marketplace: those are {kind}, signed with {ALGORITHM}.")
    return Signed(kind, said["kid"], f"{parts[0]}.{parts[1]}".encode(), payload, signature)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Only in the spelling in which `_text` writes it: base64 has others for the same bytes."""
    try:
        content = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        content = b""
    if not content or _text(content) != text:
        raise Forged("This is no certificate: a part of it is not base64url.")
    return content
