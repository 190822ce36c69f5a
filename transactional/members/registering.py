"""Registers a member as a tenant's system knows it. Runs inside the caller's transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from transactional.consents.operations import record_consent
from transactional.database import Connection
from transactional.members.domain import Profile
from transactional.members.operations import register_members
from transactional.problems import InvalidRequest

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NewMember:
    """A member by the tenant's own reference; `registered_at` of None is now."""

    external_ref: str
    is_test: bool
    registered_at: datetime | None
    profile: Profile | None
    is_personalised: bool


async def register_member(connection: Connection, *, tenant_id: UUID, new: NewMember, now: datetime) -> bool:
    """Register a member and open its points account; return whether the reference was new. A known one stays as it is.

    Raises:
        InvalidRequest: it would have joined in the future, or before there were computers to know of it.
    """
    registered_at = new.registered_at or now
    if registered_at > now:
        raise InvalidRequest("registered_at: a member cannot have joined in the future")
    if registered_at < _EARLIEST:
        raise InvalidRequest("registered_at: a member cannot have joined before 1970")
    created = await register_members(
        connection,
        tenant_id=tenant_id,
        external_refs=[new.external_ref],
        registered_at=[registered_at],
        is_test=new.is_test,
        profiles=[new.profile],
    )
    if created and not new.is_personalised:
        await record_consent(
            connection,
            tenant_id=tenant_id,
            member_id=created[new.external_ref],
            purpose="personalisation",
            is_given=False,
            text_version=None,
            told_by="tenant",
            now=now,
        )
    return bool(created)
