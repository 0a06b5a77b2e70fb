"""Beside the clear port: TLS with the devices' certificates, networks, the gateway's figures."""

import datetime
import ipaddress
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.utils import timezone

from cardswipe.models import RawFrame
from cardswipe.ports import Ports, configured_ports
from tests import factories_cards as cards
from tests.cardswipe.arena import ACK, hear, is_ended
from tests.factories_devices import frame, local
from tests.gateway_thread import GatewayThread
from tests.processes import free_port


class Authority:
    """A bureau's own CA for its gateway and its devices."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.sign("CA", self.key.public_key(), is_ca=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, name: str, key: ec.EllipticCurvePublicKey, *, is_ca: bool = False):
        now = datetime.datetime.now(tz=datetime.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, name: str) -> tuple[str, str]:
        """Certificate and key, as files."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(
            self.sign(name, key.public_key()).public_bytes(serialization.Encoding.PEM)
        )
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(certificate), str(secret)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def tls(settings, authority) -> Ports:
    settings.GATEWAY_TLS_CERTIFICATE, settings.GATEWAY_TLS_KEY = authority.issue("gateway")
    settings.GATEWAY_TLS_CLIENT_CA = str(authority.file)
    settings.GATEWAY_TLS_PORT = free_port()
    return configured_ports(metrics_port=free_port())


def secured(authority: Authority, port: int, name: str = "") -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(authority.file)
    if name:
        context.load_cert_chain(*authority.issue(name))
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10))


def reading(box, second: int = 1) -> bytes:
    moment = timezone.now() - datetime.timedelta(seconds=second)
    return frame(box, cp=f"DataTime={local(moment)};w01018-Rtd=40.1")


@pytest.mark.django_db(transaction=True)
def test_tls_hears_a_device_with_its_own_certificate_and_no_other(enterprise, authority, tls):
    box, other = cards.controller(enterprise), cards.controller(enterprise, code="DW002")
    with GatewayThread(tls) as gateway:
        with secured(authority, tls.tls_port, box.mn) as link:
            link.sendall(reading(box))
            assert hear(link, 1).count(ACK) == 1
        with secured(authority, tls.tls_port, other.mn) as link:
            link.sendall(reading(box, 2))
            assert hear(link, 0) == b""
        with pytest.raises((ssl.SSLError, ConnectionError)):  # noqa: PT012, SIM117
            with secured(authority, tls.tls_port) as link:
                link.sendall(reading(box, 3))
                if not link.recv(100):
                    raise ConnectionResetError
        with gateway.connect() as link:
            link.sendall(reading(other))
            assert hear(link, 1).count(ACK) == 1
        address = f"http://127.0.0.1:{tls.metrics_port}/metrics"
        figures = urllib.request.urlopen(address, timeout=5).read().decode()
    own = RawFrame.objects.filter(mn__in=[box.mn, other.mn]).order_by("id")
    verdicts = own.values_list("verdict", "peer")
    assert [verdict for verdict, _peer in verdicts] == ["C100", "C117", "C100"]
    assert [peer.startswith("tls ") for _verdict, peer in verdicts] == [True, True, False]
    assert 'yizheng_gateway_frames_total{verdict="C100"} 2' in figures
    assert 'yizheng_gateway_frames_total{verdict="C117"} 1' in figures
    assert "yizheng_gateway_answers_total 2" in figures


@pytest.mark.django_db(transaction=True)
def test_who_is_outside_the_allowed_networks_is_turned_away():
    elsewhere = Ports(networks=(ipaddress.ip_network("10.8.0.0/16"),))
    with GatewayThread(elsewhere) as gateway, gateway.connect() as link:
        assert is_ended(link)
        assert gateway.gateway.refused == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("GATEWAY_TLS_CERTIFICATE", "/nowhere.pem"), ("GATEWAY_ALLOWED_NETWORKS", ["10.0.0.0/99"])],
)
def test_wrong_settings_are_told_and_the_gateway_does_not_start(settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(CommandError, match="certificates or networks"):
        call_command("gateway")
