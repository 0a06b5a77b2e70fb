"""Where the gateway listens and whom it hears: networks, TLS, the port of its figures."""

import dataclasses
import ipaddress
import ssl
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from cardswipe.intake import Network


@dataclasses.dataclass(frozen=True)
class Ports:
    """Everything beside the clear port; the default is nothing."""

    networks: tuple[Network, ...] = ()
    tls: ssl.SSLContext | None = None
    tls_port: int = 0
    metrics_port: int = 0


def configured_ports(*, metrics_port: int = 0) -> Ports:
    """As the settings have it; raises OSError or ValueError for files or networks that are none."""
    networks = tuple(ipaddress.ip_network(text) for text in settings.GATEWAY_ALLOWED_NETWORKS)
    return Ports(networks, tls_context(), settings.GATEWAY_TLS_PORT, metrics_port)


def tls_context() -> ssl.SSLContext | None:
    """TLS 1.2 or newer with our certificate; with a CA no device without its own gets in."""
    if not settings.GATEWAY_TLS_CERTIFICATE:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.GATEWAY_TLS_CERTIFICATE, settings.GATEWAY_TLS_KEY or None)
    if settings.GATEWAY_TLS_CLIENT_CA:
        context.load_verify_locations(settings.GATEWAY_TLS_CLIENT_CA)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def certified_mn(certificate: Mapping[str, Any] | None) -> str:
    """The MN in a device's certificate: the common name of its subject."""
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return ""
