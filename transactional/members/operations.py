"""Registers members with their accounts."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection


async def register_members(
    connection: Connection,
    *,
    tenant_id: UUID,
    external_refs: list[str],
    registered_at: list[datetime],
    is_test: bool = False,
) -> dict[str, UUID]:
    """Register members and open their accounts; those already known stay as they are.

    Returns:
        The member id of each reference that was new.
    """
    async with connection.transaction():
        rows = await connection.fetch(
            """
            with new_member as (
                insert into mall.member (tenant_id, external_ref, registered_at, is_test)
                select $1, ref, registered_at, $4
                from unnest($2::text[], $3::timestamptz[]) as given(ref, registered_at)
                on conflict (tenant_id, external_ref) do nothing
                returning tenant_id, member_id, external_ref
            ), new_account as (
                insert into mall.account (tenant_id, account_id, kind)
                select tenant_id, member_id, 'member' from new_member
            )
            select external_ref, member_id from new_member
            """,
            tenant_id,
            external_refs,
            registered_at,
            is_test,
        )
    return {row["external_ref"]: row["member_id"] for row in rows}
