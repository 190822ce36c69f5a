"""Registers members with their accounts, and changes the group they belong to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.members.domain import Profile

_REGISTER = """
with new_member as (
    insert into mall.member ({columns}) select {values}
    from unnest($2::text[], $3::timestamptz[], $4::boolean[], $5::text[], $6::boolean[]{id_type})
        as given(ref, registered_at, is_test, profile, is_personalised{id_name})
    on conflict (tenant_id, external_ref) do nothing
    returning tenant_id, member_id, external_ref
), new_account as (
    insert into mall.account (tenant_id, account_id, kind)
    select tenant_id, member_id, 'member' from new_member
)
select external_ref, member_id from new_member
"""
_COLUMNS = "tenant_id, external_ref, registered_at, is_test, profile, is_personalised"
_VALUES = "$1, ref, registered_at, coalesce(is_test, false), profile, coalesce(is_personalised, true)"
_WITH_NEW_IDS = _REGISTER.format(columns=_COLUMNS, values=_VALUES, id_type="", id_name="")
# The API's role may not choose identifiers.
_WITH_GIVEN_IDS = _REGISTER.format(
    columns=f"{_COLUMNS}, member_id",
    values=f"{_VALUES}, member_id",
    id_type=", $7::uuid[]",
    id_name=", member_id",
)
# The stamp of the landing is renewed by every update: what changes nothing must not be one.
_CHANGE_PROFILE = """
update mall.member set profile = $3
where tenant_id = $1 and member_id = $2 and erased_at is null and profile is distinct from $3
"""


async def register_members(
    connection: Connection,
    *,
    tenant_id: UUID,
    external_refs: list[str],
    registered_at: list[datetime],
    is_test: Sequence[bool] = (),
    profiles: Sequence[Profile | None] = (),
    is_personalised: Sequence[bool] = (),
    member_ids: list[UUID] | None = None,
) -> dict[str, UUID]:
    """Register members and open their accounts; those already known stay as they are.

    Args:
        is_test: whether each is there to try things out; empty where none is.
        profiles: the group of each; empty where none is known.
        is_personalised: whether each takes personal recommendations; empty where all do.
        member_ids: their identifiers, which only the owner's connection may choose; None makes new ones.

    Returns:
        The member id of each reference that was new.
    """
    given = () if member_ids is None else (member_ids,)
    async with connection.transaction():
        rows = await connection.fetch(
            _WITH_NEW_IDS if member_ids is None else _WITH_GIVEN_IDS,
            tenant_id,
            external_refs,
            registered_at,
            is_test,
            profiles,
            is_personalised,
            *given,
        )
    return {row["external_ref"]: row["member_id"] for row in rows}


async def change_profile(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, profile: Profile | None
) -> None:
    """Change the group a member belongs to; None forgets it. An erased member stays as it is."""
    await connection.execute(_CHANGE_PROFILE, tenant_id, member_id, profile)
