"""The blocks of the hash chain: what the hash of one covers. Its leaves are described in `leaf`."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

# What the first block of a chain continues.
GENESIS = bytes(32)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def block_hash(
    *,
    previous_hash: bytes,
    tenant_id: UUID,
    seal_no: int,
    from_xid: int,
    to_xid: int,
    is_restored: bool,
    sealed_at: datetime,
    kinds: str,
    ids: list[UUID],
    hashes: bytes,
) -> bytes:
    """Return the hash of a block: of 'B' 01, all these in this order as `leaf` writes them, and its content.

    The number of leaves stands before the content, which is the SHA-256 of their letters, identifiers and
    hashes.
    """
    content = sha256(kinds.encode() + b"".join(i.bytes for i in ids) + hashes).digest()
    microseconds = (sealed_at - _EPOCH) // timedelta(microseconds=1)
    return sha256(
        b"B\x01"
        + previous_hash
        + tenant_id.bytes
        + seal_no.to_bytes(8)
        + from_xid.to_bytes(8)
        + to_xid.to_bytes(8)
        + is_restored.to_bytes(1)
        + microseconds.to_bytes(8, signed=True)
        + len(kinds).to_bytes(4)
        + content
    ).digest()
