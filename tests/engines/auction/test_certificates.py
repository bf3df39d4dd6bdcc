"""Endpoints whose certificate proves nothing, over real TLS on loopback."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
import pytest
from websockets.asyncio.server import ServerConnection, serve

from custom_components.mining_farm.engines.auction.chain.connection import Connection
from custom_components.mining_farm.engines.auction.errors import ChainError

pytestmark = pytest.mark.usefixtures("socket_enabled")


def self_signed(folder: Path, *, until: timedelta) -> ssl.SSLContext:
    """Return what a server needs that vouches for itself, for a time from now on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a node")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + until)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    file = folder / "node.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("days", [1, -1])
async def test_a_self_signed_certificate_is_called_that(
    tmp_path: Path, days: int
) -> None:
    """Whether it has run out besides or not; nothing is asked of such a server."""
    reached: list[ServerConnection] = []

    async def take(connection: ServerConnection) -> None:
        reached.append(connection)

    context = self_signed(tmp_path, until=timedelta(days=days))
    async with serve(take, "127.0.0.1", 0, ssl=context) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(ChainError) as caught:
            await Connection.open(f"wss://127.0.0.1:{port}/v1/k3y")
    assert str(caught.value) == "the endpoint's certificate is self-signed"
    assert reached == []
