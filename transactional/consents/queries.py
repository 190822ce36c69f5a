"""Reads what members agreed to, now and before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from transactional.consents.domain import PURPOSES, ConsentNeeded, Purpose
from transactional.database import Connection

_NEWEST = """
select distinct on (member_id, purpose) member_id, purpose, is_given, text_version, told_at
from mall.member_consent
where tenant_id = $1 and member_id = any($2::uuid[])
order by member_id, purpose, recorded_at desc, consent_id desc
"""
_PERSONALISED = (
    "select member_id, is_personalised from mall.member where tenant_id = $1 and member_id = any($2::uuid[])"
)
_NOTHING: dict[str, Any] = {"is_given": False, "text_version": None, "told_at": None}
_AGREEING = """
select c.member_id
from unnest($2::uuid[]) as asked(member_id)
cross join lateral (
    select member_id, is_given from mall.member_consent
    where tenant_id = $1 and member_id = asked.member_id and purpose = $3
    order by recorded_at desc, consent_id desc
    limit 1
) c
where c.is_given
"""
_HISTORY = """
select consent_id, purpose, is_given, text_version, told_by, told_at
from mall.member_consent
where tenant_id = $1 and member_id = $2
order by recorded_at desc, consent_id desc
"""


async def standing(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> list[dict[str, Any]]:
    """Return what a member agrees to now, purpose by purpose; the caller has made sure that it exists.

    Recommendations are personal until somebody refuses them; everything else is refused until it is agreed to.
    """
    found = await standings(connection, tenant_id=tenant_id, member_ids=[member_id])
    return [{"purpose": purpose, **found[member_id, purpose]} for purpose in PURPOSES]


async def standings(
    connection: Connection, *, tenant_id: UUID, member_ids: Sequence[UUID]
) -> dict[tuple[UUID, Purpose], dict[str, Any]]:
    """Return what members that exist agree to now by member and purpose; as `standing`."""
    newest = {
        (row["member_id"], row["purpose"]): {name: row[name] for name in _NOTHING}
        for row in await connection.fetch(_NEWEST, tenant_id, member_ids)
    }
    # The member's record decides: it is what every recommendation asks.
    personalised = await connection.fetch(_PERSONALISED, tenant_id, member_ids)
    found = {
        (row["member_id"], purpose): dict(newest.get((row["member_id"], purpose), _NOTHING))
        for row in personalised
        for purpose in PURPOSES
    }
    for row in personalised:
        found[row["member_id"], "personalisation"] |= {"is_given": row["is_personalised"]}
    return found


async def agreeing(
    connection: Connection, *, tenant_id: UUID, member_ids: Sequence[UUID], purpose: Purpose
) -> set[UUID]:
    """Return which members agree to a purpose other than personalisation now."""
    rows = await connection.fetch(_AGREEING, tenant_id, member_ids, purpose)
    return {row["member_id"] for row in rows}


async def require_consent(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, purpose: Purpose
) -> None:
    """Make sure that a member agrees to a purpose other than personalisation now.

    Raises:
        ConsentNeeded: it does not.
    """
    if not await agreeing(connection, tenant_id=tenant_id, member_ids=[member_id], purpose=purpose):
        raise ConsentNeeded(purpose)


async def history_of(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> list[dict[str, Any]]:
    """Return all that a member agreed to, refused or withdrew, newest first."""
    return [dict(row) for row in await connection.fetch(_HISTORY, tenant_id, member_id)]
