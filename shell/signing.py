"""The office's electronic signature: PAdES in a PDF, CMS beside any other file.

The key is a file in `SIGNING_DIR`, made at set-up with a certificate of its own that calls
itself a demonstration; a real one, issued by a licensed authority, replaces the two files or
stays in its PKCS#11 token (`SIGNING_PKCS11_*`). SM2 seals come from a vendor's seal server and
are not made here. The truth of a paper is never its signature but the public verification.
"""

import asyncio
import contextlib
import datetime
import fcntl
import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from pkcs11.exceptions import PKCS11Error
from pyhanko.config.pkcs11 import PKCS11SignatureConfig, TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11SigningContext
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer, SimpleSigner

from shell.sentences import SigningKeyUnusable

KEY, CERTIFICATE = "signing-key.pem", "signing-certificate.pem"
DEMO_NAME, DEMO_EFFECT = "一证 演示签名 Yizheng demonstration", "无法律效力 no legal effect"
YEARS = 10
PRIVATE = 0o600


class _SignerAt(PdfSigner):
    """Signs as of the moment passed in, never as of the machine's clock."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: Signer, now: Any) -> None:
        super().__init__(metadata, signer)
        self.now = now

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.now
        return session


def sign_pdf(document: bytes, *, reason: str, place: str, now: datetime.datetime) -> bytes:
    """The document with a certifying signature that permits no later change (PAdES B-B, P1).

    S203 when the key or the token cannot be used.
    """
    metadata = PdfSignatureMetadata(
        field_name="Certification",
        md_algorithm="sha256",
        reason=reason,
        location=place,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )

    def sign() -> bytes:
        with _signer() as signer:
            out = _SignerAt(metadata, signer, now).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(document))
            )
        signed: bytes = out.getvalue()
        return signed

    return _apart(sign)


def sign_file(content: bytes) -> bytes:
    """A detached CMS signature in DER: `openssl cms -verify -inform DER -content FILE`."""

    def sign() -> bytes:
        with _signer() as signer:
            made = asyncio.run(signer.async_sign_general_data(content, "sha256", detached=True))
        der: bytes = made.dump()
        return der

    return _apart(sign)


def _apart(sign: Callable[[], bytes]) -> bytes:
    """Signing starts an event loop of its own, which a thread that runs one refuses; so it gets a
    thread of its own, whoever asks."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(sign).result()


@contextlib.contextmanager
def _signer() -> Iterator[Signer]:
    """The key, from the token where one is set, else from the folder."""
    try:
        if settings.SIGNING_PKCS11["module"]:
            with PKCS11SigningContext(token_config()) as signer:
                yield signer
        else:
            yield file_signer()
    except (SigningError, PKCS11Error, NotImplementedError, OSError, ValueError) as error:
        # Many faults of a token have a name and no words.
        raise SigningKeyUnusable(why=str(error) or type(error).__name__) from error


def token_config() -> PKCS11SignatureConfig:
    """The token as the environment names it."""
    said = settings.SIGNING_PKCS11
    return PKCS11SignatureConfig(
        module_path=said["module"],
        token_criteria=TokenCriteria(label=said["token"]) if said["token"] else None,
        cert_label=said["certificate"] or None,
        key_label=said["key"] or None,
        user_pin=said["pin"] or None,
        raw_mechanism=said["raw"],
    )


def file_signer() -> SimpleSigner:
    """The key of the folder."""
    make_demo_key()
    signer: SimpleSigner | None = SimpleSigner.load(str(path_of(KEY)), str(path_of(CERTIFICATE)))
    if signer is None:
        raise ValueError(str(path_of(KEY)))
    return signer


def path_of(name: str) -> Path:
    return Path(settings.SIGNING_DIR) / name


def own_certificate() -> asn1_x509.Certificate:
    """The certificate of the folder's key, for those who check."""
    _, _, der = asn1_pem.unarmor(path_of(CERTIFICATE).read_bytes())
    return asn1_x509.Certificate.load(der)


def is_demo_key() -> bool:
    """Whether papers are signed with the key made at set-up, which proves nothing in law."""
    if settings.SIGNING_PKCS11["module"]:
        return False
    return not has_key() or own_certificate().subject.native["common_name"] == DEMO_NAME


def has_key() -> bool:
    return path_of(KEY).exists() and path_of(CERTIFICATE).exists()


def make_demo_key() -> None:
    """At set-up: a key and its own certificate, unless there are such files or a token."""
    if settings.SIGNING_PKCS11["module"] or has_key():
        return
    folder = Path(settings.SIGNING_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with _locked(folder):
        if not has_key():  # of two made at once the first one wins, whole
            _write(CERTIFICATE, demo_certificate(key).public_bytes(pem))
            _write(KEY, private)


def demo_certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate that signs itself and says what it is."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, DEMO_NAME),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEMO_EFFECT),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    usage = {
        word: word in {"digital_signature", "content_commitment"}
        for word in (
            *("digital_signature", "content_commitment", "key_encipherment", "crl_sign"),
            *("data_encipherment", "key_agreement", "key_cert_sign"),
            *("encipher_only", "decipher_only"),
        )
    }
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=366 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(key, hashes.SHA256())
    )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(name: str, raw: bytes) -> None:
    """Whole and to disk, readable by its owner alone."""
    half = path_of(f".{name}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path_of(name))
