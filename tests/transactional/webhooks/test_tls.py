"""Over TLS the certificate must be of the host in the URL, and the checked address is the one connected to."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from transactional.webhooks.addresses import AddressRules
from transactional.webhooks.lookup import AddressGuard
from transactional.webhooks.sender import open_sender

from .receiver import receiving


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with key and certificate of shop.example, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "shop.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize(
    ("host", "is_trusted", "status"),
    [("shop.example", True, 204), ("other.example", True, None), ("shop.example", False, None)],
)
async def test_a_certificate_must_be_trusted_and_of_the_host(certificate, host, is_trusted, status):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    trust = ssl.create_default_context()
    if is_trusted:
        trust.load_verify_locations(certificate)

    async def lookup(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    guard = AddressGuard(AddressRules(loopback=True), lookup)
    async with (
        receiving(tls=server) as receiver,
        open_sender(guard, trust, connections=4, timeout_seconds=5) as sender,
    ):
        reply = await sender.post(f"https://{host}:{receiver.port}/hook", {"webhook-id": "x"}, b"{}")
        assert reply.status == status
        assert [request.headers["host"] for request in receiver.requests] == (
            [f"{host}:{receiver.port}"] if status else []
        )


async def test_a_name_that_is_pointed_at_this_machine_after_registration_is_not_connected_to(certificate):
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    async def lookup(_: str, __: int) -> list[str]:
        return next(answers)

    guard = AddressGuard(AddressRules(), lookup)
    async with receiving() as receiver:
        url = f"https://shop.example:{receiver.port}/hook"
        await guard.check(url)
        async with open_sender(
            guard, ssl.create_default_context(), connections=4, timeout_seconds=5
        ) as sender:
            reply = await sender.post(url, {"webhook-id": "x"}, b"{}")
    assert (reply.status, reply.error) == (None, "url: the host shop.example is not on the public internet")
    assert receiver.requests == []
