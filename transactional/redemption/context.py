"""Where a member's request came from; kept only as keyed hashes, for the risk rules."""

from typing import Annotated

import msgspec

from transactional.risk.subjects import MAX_DEVICE_LENGTH, subject_hash


class ContextRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The address and the device of the member who asks."""

    ip: Annotated[str, msgspec.Meta(min_length=2, max_length=45)] | None = None
    device_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_DEVICE_LENGTH)] | None = None


def hashed(context: ContextRequest | None, key: bytes) -> tuple[bytes | None, bytes | None]:
    """Return the hashes of the address and the device; None where they were not told.

    Raises:
        InvalidSubject: the address is none.
    """
    if context is None:
        return None, None
    return (
        None if context.ip is None else subject_hash(key, "ip", context.ip),
        None if context.device_id is None else subject_hash(key, "device", context.device_id),
    )
