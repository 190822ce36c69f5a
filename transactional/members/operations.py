"""Registers members with their accounts."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection

_REGISTER = """
with new_member as (
    insert into mall.member ({columns}) select {values}
    from unnest($2::text[], $3::timestamptz[]{id_type}) as given(ref, registered_at{id_name})
    on conflict (tenant_id, external_ref) do nothing
    returning tenant_id, member_id, external_ref
), new_account as (
    insert into mall.account (tenant_id, account_id, kind)
    select tenant_id, member_id, 'member' from new_member
)
select external_ref, member_id from new_member
"""
_COLUMNS, _VALUES = "tenant_id, external_ref, registered_at, is_test", "$1, ref, registered_at, $4"
_WITH_NEW_IDS = _REGISTER.format(columns=_COLUMNS, values=_VALUES, id_type="", id_name="")
# The API's role may not choose identifiers.
_WITH_GIVEN_IDS = _REGISTER.format(
    columns=f"{_COLUMNS}, member_id",
    values=f"{_VALUES}, member_id",
    id_type=", $5::uuid[]",
    id_name=", member_id",
)


async def register_members(
    connection: Connection,
    *,
    tenant_id: UUID,
    external_refs: list[str],
    registered_at: list[datetime],
    is_test: bool = False,
    member_ids: list[UUID] | None = None,
) -> dict[str, UUID]:
    """Register members and open their accounts; those already known stay as they are.

    Args:
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
            *given,
        )
    return {row["external_ref"]: row["member_id"] for row in rows}
