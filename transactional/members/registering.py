"""Registers members as a tenant's system knows them. Runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from transactional.consents.operations import Said, record_consents
from transactional.database import Connection
from transactional.members.domain import Profile
from transactional.members.operations import register_members
from transactional.problems import InvalidRequest, Problem
from transactional.together import attempt, taken_together

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NewMember:
    """A member by the tenant's own reference; `registered_at` of None is now."""

    external_ref: str
    is_test: bool
    registered_at: datetime | None
    profile: Profile | None
    is_personalised: bool


async def register_all(
    connection: Connection, *, tenant_id: UUID, members: Sequence[NewMember], now: datetime
) -> list[bool | Problem]:
    """Register members and open their points accounts. A known one stays as it is.

    Returns:
        Of each whether its reference was new, or why it is refused:
        InvalidRequest: it would have joined in the future, or before there were computers to know of it.
    """
    return await taken_together(
        members, lambda one: [one.external_ref], partial(_register, connection, tenant_id, now)
    )


async def _register(
    connection: Connection, tenant_id: UUID, now: datetime, members: Sequence[NewMember]
) -> list[bool | Problem]:
    joined = [attempt(partial(_joined_at, one, now)) for one in members]
    right = [(one, at) for one, at in zip(members, joined, strict=True) if not isinstance(at, Problem)]
    created = await register_members(
        connection,
        tenant_id=tenant_id,
        external_refs=[one.external_ref for one, _ in right],
        registered_at=[at for _, at in right],
        is_test=[one.is_test for one, _ in right],
        profiles=[one.profile for one, _ in right],
    )
    refusals = [
        Said(created[one.external_ref], "personalisation", is_given=False)
        for one, _ in right
        if one.external_ref in created and not one.is_personalised
    ]
    await record_consents(connection, tenant_id=tenant_id, said=refusals, told_by="tenant", now=now)
    return [
        at if isinstance(at, Problem) else one.external_ref in created
        for one, at in zip(members, joined, strict=True)
    ]


def _joined_at(new: NewMember, now: datetime) -> datetime:
    registered_at = new.registered_at or now
    if registered_at > now:
        raise InvalidRequest("registered_at: a member cannot have joined in the future")
    if registered_at < _EARLIEST:
        raise InvalidRequest("registered_at: a member cannot have joined before 1970")
    return registered_at
