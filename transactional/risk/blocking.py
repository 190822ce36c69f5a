"""Blocks a subject as somebody names it: a member by its id or reference, an address or a device as it is written."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.members.queries import member_ids, require_member
from transactional.risk.operations import add_block
from transactional.risk.periods import period
from transactional.risk.queries import covering_block
from transactional.risk.rule_requests import BlockedDimension, NewBlockRequest
from transactional.risk.subjects import InvalidSubject, subject_hash


async def block(
    connection: Connection, *, tenant_id: UUID, asked: NewBlockRequest, subject_key: bytes, now: datetime
) -> tuple[UUID, bool]:
    """Put a subject on the blocklist; return the block's id and whether it is new.

    A subject that a block covers for all of the time that is asked for stays as it is.

    Raises:
        UnknownMember, InvalidSubject: there is no such subject.
        InvalidRequest: the time begins before now, or ends before it begins.
    """
    subject = await subject_of(connection, tenant_id, asked.dimension, asked.subject, subject_key)
    known = await covering_block(
        connection,
        tenant_id=tenant_id,
        dimension=asked.dimension,
        subject=subject,
        first=asked.valid_from or now,
        last=asked.valid_until,
    )
    if known is not None:
        return known, False
    valid_from, valid_until = period(asked.valid_from, asked.valid_until, now)
    block_id = await add_block(
        connection,
        tenant_id=tenant_id,
        dimension=asked.dimension,
        subject=subject,
        reason=asked.reason,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return block_id, True


async def subject_of(
    connection: Connection, tenant_id: UUID, dimension: BlockedDimension, text: str, subject_key: bytes
) -> bytes:
    """Return the 16 bytes that stand for a subject; raises as `block`."""
    if dimension != "member":
        return subject_hash(subject_key, dimension, text)
    named = await member_ids(connection, tenant_id=tenant_id, external_refs=[text])
    if text in named:
        return named[text].bytes
    try:
        member_id = UUID(text)
    except ValueError as error:
        raise InvalidSubject(f"subject: there is no member {text!r}") from error
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    return member_id.bytes
