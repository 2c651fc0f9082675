"""Signing content credentials (C2PA): with the operator's certificate, or with one of a development authority of our own."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import c2pa  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.settings import Settings

KEY_FILE, CHAIN_FILE = "content-credentials.key.pem", "content-credentials.chain.pem"
YEARS = timedelta(days=365)
ALGORITHMS = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class Unsignable(Exception):
    """The file cannot carry credentials: it is damaged, or not what it says."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: a private key, and the chain from its certificate to the authority's, both PEM."""

    key: bytes
    chain: bytes
    algorithm: str = "es256"

    def sign(self, manifest: dict[str, Any], media_type: str, source: BinaryIO, signed: BinaryIO) -> None:
        """Writes the file with its credentials within; those that it came with stay, as its parent's. Blocks: call it off
        the event loop. Raises Unsignable."""
        try:
            info = c2pa.C2paSignerInfo(self.algorithm.encode(), self.chain, self.key, None)
            builder = _opened(manifest) if _has_credentials(media_type, source) else _created(manifest)
            source.seek(0)
            builder.sign(c2pa.Signer.from_info(info), media_type, source, signed)
        except c2pa.C2paError as error:
            raise Unsignable(str(error)) from error


def _has_credentials(media_type: str, source: BinaryIO) -> bool:
    source.seek(0)
    try:
        with c2pa.Reader(media_type, source):
            return True
    except c2pa.C2paError.ManifestNotFound:
        return False


def _created(manifest: dict[str, Any]) -> c2pa.Builder:
    return c2pa.Builder.from_json(json.dumps(manifest))


def _opened(manifest: dict[str, Any]) -> c2pa.Builder:
    """Who made it has said how: the library writes that we opened it, and keeps the file's own manifest as the parent."""
    assertions = [each for each in manifest["assertions"] if not each["label"].startswith("c2pa.actions")]
    builder = _created({**manifest, "assertions": assertions})
    builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
    return builder


def connect(settings: Settings) -> Identity:
    """The operator's, or else one that is made once and kept in the data folder."""
    if settings.credentials_key is not None and settings.credentials_chain is not None:
        key = settings.credentials_key.read_bytes()
        return Identity(
            key, settings.credentials_chain.read_bytes(), algorithm_of(settings.credentials_chain.read_bytes())
        )
    return kept(settings.data)


def algorithm_of(chain: bytes) -> str:
    """As the certificate's key demands."""
    public = x509.load_pem_x509_certificates(chain)[0].public_key()
    return ALGORITHMS.get(public.curve.name, "es256") if isinstance(public, ec.EllipticCurvePublicKey) else "ed25519"


def kept(folder: Path) -> Identity:
    key, chain = folder / KEY_FILE, folder / CHAIN_FILE
    if not (key.exists() and chain.exists()):
        made = development()
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in ((key, made.key), (chain, made.chain)):
            file.touch(mode=0o600)
            file.write_bytes(content)
    return Identity(key.read_bytes(), chain.read_bytes())


def development() -> Identity:
    """A signing certificate under an authority that nobody else trusts."""
    authority, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Development authority", authority, "Development authority", authority, is_authority=True)
    leaf = _certificate("Development signer", signer, "Development authority", authority, is_authority=False)
    chain = leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    return Identity(signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), chain)


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + 10 * YEARS)
        .add_extension(x509.BasicConstraints(is_authority, 0 if is_authority else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_authority:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True)
    return built.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Twinmarket"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
