"""What velocities and blocks are counted by: 16 bytes that do not tell the address or device they stand for."""

from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

Dimension = Literal["member", "ip", "device", "tenant"]
# Tenant, dimension, the 16 bytes.
Subject = tuple[UUID, Dimension, bytes]

MAX_DEVICE_LENGTH = 200
_MAX_ADDRESS_LENGTH = 100
_HASH_BYTES = 16


class InvalidSubject(Problem):
    """An address or device identifier cannot be read."""

    slug = "invalid-subject"
    title = "The address or device cannot be read"
    status = 422


def subject_key(secret: str) -> bytes:
    """Derive the hashing key from the service's secret.

    Another secret makes other hashes: velocities begin anew and blocks of addresses and devices no longer match.
    """
    return blake2b(secret.encode(), digest_size=32, person=b"pointmart.risk").digest()


def subject_hash(key: bytes, dimension: Literal["ip", "device"], text: str) -> bytes:
    """Return the 16 bytes that stand for an address or a device.

    Addresses are equal however they are written; an IPv6 address stands for its /64, which one household holds.

    Raises:
        InvalidSubject: the text is no address, or is empty or too long.
    """
    if dimension == "ip":
        subject = _network(text)
    else:
        if not 1 <= len(text) <= MAX_DEVICE_LENGTH:
            raise InvalidSubject(f"device: give an identifier of 1 to {MAX_DEVICE_LENGTH} characters")
        subject = text.encode(errors="surrogatepass")
    return blake2b(subject, digest_size=_HASH_BYTES, key=key, person=dimension.encode()).digest()


def _network(text: str) -> bytes:
    try:
        address = ip_address(text[:_MAX_ADDRESS_LENGTH].strip())
    except ValueError as error:
        raise InvalidSubject(
            "ip: give one IPv4 or IPv6 address, such as 203.0.113.7 or 2001:db8::7"
        ) from error
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return address.packed[:8]
        address = address.ipv4_mapped
    return address.packed
