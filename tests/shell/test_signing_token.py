"""Signing with a key that never leaves its PKCS#11 token: SoftHSM's, a real module in software."""

import datetime
import io
import shutil
import subprocess
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfgen.canvas import Canvas

from shell import signing
from shell.sentences import SigningKeyUnusable

MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]
LABEL, PIN = "yizheng-test", "731946"
NOW = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def module() -> Path:
    """The module; `make test` installs SoftHSM where it may."""
    found = next((path for path in MODULES if path.exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (Debian: apt install softhsm2)")
    return found


@pytest.fixture(scope="module")
def certificates(module, tmp_path_factory) -> dict[str, asn1_x509.Certificate]:
    """A token with a key of each kind and its certificate, and SoftHSM told where it lies."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(config))
        say("--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN)
        keys = {
            "elliptic": ec.generate_private_key(ec.SECP256R1()),
            "rsa": rsa.generate_private_key(65537, 2048),
        }
        made = {
            label: signing.demo_certificate(key).public_bytes(serialization.Encoding.DER)
            for label, key in keys.items()
        }
        for place, (label, key) in enumerate(keys.items(), start=1):
            put_into_token(module, folder, key, made[label], label=label, place=place)
        yield {label: asn1_x509.Certificate.load(der) for label, der in made.items()}


def say(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


def put_into_token(module, folder, key, der, *, label, place) -> None:
    pem = folder / "key.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    where = ("--token", LABEL, "--pin", PIN, "--label", label, "--id", f"{place:02}")
    say("--import", str(pem), *where)
    pem.unlink()
    token = pkcs11.lib(str(module)).get_token(token_label=LABEL)
    with token.open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.ID: bytes([place]),
                pkcs11.Attribute.SUBJECT: asn1_x509.Certificate.load(der).subject.dump(),
                pkcs11.Attribute.VALUE: der,
                pkcs11.Attribute.TOKEN: True,
            }
        )


@pytest.fixture
def office(settings, module, certificates):
    """The system told to sign with the token."""
    settings.SIGNING_PKCS11 = {
        "module": str(module),
        "token": LABEL,
        "pin": PIN,
        "key": "elliptic",
        "certificate": "elliptic",
        "raw": True,
    }
    return settings.SIGNING_PKCS11


def paper() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "permit")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("label", ["elliptic", "rsa"])
def test_a_paper_signed_by_the_token_holds_and_permits_no_change(office, certificates, label):
    office["key"] = office["certificate"] = label
    certificate = certificates[label]
    signed = signing.sign_pdf(paper(), reason="issue", place="Quzhou", now=NOW)
    again = signing.sign_pdf(paper(), reason="issue", place="Quzhou", now=NOW)
    for document in (signed, again):  # each signature opens the token anew
        (signature,) = PdfFileReader(io.BytesIO(document)).embedded_signatures
        trust = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=NOW)
        found = validate_pdf_signature(signature, trust)
        assert found.bottom_line
        assert found.coverage == SignatureCoverageLevel.ENTIRE_FILE
        assert found.signing_cert.dump() == certificate.dump()


def test_with_a_token_no_key_is_made_and_none_calls_itself_a_demonstration(
    office, settings, tmp_path
):
    settings.SIGNING_DIR = tmp_path / "none"
    signing.make_demo_key()
    assert not signing.is_demo_key()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pin", "000000"),
        ("key", "nobody"),
        ("certificate", "nobody"),
        ("token", "another"),
        ("module", "/nowhere/vendor.so"),
        ("raw", False),  # SoftHSM does not hash for its elliptic keys
    ],
)
def test_a_token_that_cannot_be_used_is_refused_in_words(office, name, value):
    office[name] = value
    with pytest.raises(SigningKeyUnusable) as refused:
        signing.sign_pdf(paper(), reason="issue", place="Quzhou", now=NOW)
    assert refused.value.code == "S203"
    assert "%(" not in str(refused.value)
