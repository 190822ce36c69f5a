"""What became of a redemption."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.engine.words import together
from transactional.members.queries import require_member
from transactional.redemption.domain import UnknownRedemption

_REDEMPTIONS = """
select r.redemption_id, r.member_id, r.mode, r.status, r.points, r.fee_points, r.cash_points, r.cash_fen, r.refunded_points,
    r.refunded_cash_fen, r.bill_reference, r.bill_fen, r.deadline, r.effective_at, r.recorded_at, r.paid_at,
    r.shipped_at, r.delivered_at, r.completed_at, r.ended_at, r.cancel_reason as reason,
    (select json_agg(json_build_object(
        'line_no', l.line_no, 'item_id', l.item_id, 'quantity', l.quantity, 'unit_points', l.unit_points,
        'points', l.quantity * l.unit_points, 'refunded_quantity', l.refunded_quantity,
        'campaign_id', u.campaign_id, 'list_points', l.unit_points + u.points / l.quantity) order by l.line_no)
     from mall.redemption_line l
     left join mall.campaign_use u on u.tenant_id = l.tenant_id and u.cause_id = l.redemption_id
        and u.kind = 'discount' and u.line_no = l.line_no
     where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id) as lines,
    (select json_build_object(
        'payment_id', p.payment_id, 'provider', p.provider, 'amount_fen', p.amount_fen, 'status', p.status)
     from mall.payment p
     where p.tenant_id = r.tenant_id and p.redemption_id = r.redemption_id) as payment,
    (select json_agg(json_build_object('item_id', c.item_id, 'sealed', encode(c.sealed, 'base64')) order by c.code_id)
     from mall.voucher_code c
     where c.tenant_id = r.tenant_id and c.redemption_id = r.redemption_id) as sealed_codes
from mall.redemption r
"""
_REDEMPTION = f"{_REDEMPTIONS} where r.tenant_id = $1 and r.redemption_id = $2"
_OF_MEMBER = f"""{_REDEMPTIONS}
where r.tenant_id = $1 and r.member_id = $2 and ($3::timestamptz is null or r.effective_at < $3)
order by r.effective_at desc, r.redemption_id desc
limit $4
"""


async def redemption_by_id(connection: Connection, *, tenant_id: UUID, redemption_id: UUID) -> dict[str, Any]:
    """Return a redemption with its lines, its payment and its codes, which are still encrypted.

    Raises:
        UnknownRedemption: the tenant has none with this id.
    """
    row = await connection.fetchrow(_REDEMPTION, tenant_id, redemption_id)
    if row is None:
        raise UnknownRedemption(f"your tenant has no redemption {redemption_id}")
    return _whole(row)


async def redemptions_of_member(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, before: datetime | None, limit: int
) -> list[dict[str, Any]]:
    """Return redemptions of a member, newest first, each as `redemption_by_id` does.

    Raises:
        UnknownMember: it is not there, or erased.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    return [_whole(row) for row in await connection.fetch(_OF_MEMBER, tenant_id, member_id, before, limit)]


def _whole(row: asyncpg.Record) -> dict[str, Any]:
    found = dict(row)
    for name in ("lines", "payment", "sealed_codes"):
        found[name] = json.loads(found[name] or "null")
    return found | {"lines": found["lines"] or [], "sealed_codes": found["sealed_codes"] or []}


async def fate_of_key(connection: Connection, *, tenant_id: UUID, key: str) -> dict[str, Any]:
    """Return what became of the request sent under a key: its first answer.

    Raises:
        UnknownRedemption: no request with this key was ever decided.
    """
    row = await connection.fetchrow(
        "select response_status, response_body, words, redemption_id, recorded_at from mall.idempotency_key "
        "where tenant_id = $1 and key = $2 and operation = 'redeem'",
        tenant_id,
        key,
    )
    if row is None:
        raise UnknownRedemption(
            f"no redemption was decided under the key {key!r}; send the request with it again"
        )
    return {
        "idempotency_key": key,
        "redemption_id": row["redemption_id"],
        "decided_at": row["recorded_at"],
        "response_status": row["response_status"],
        "response": json.loads(together(row["response_body"], row["words"])),
    }


async def decided_keys(connection: Connection, *, tenant_id: UUID) -> set[str]:
    """Return the idempotency keys of all requests of a tenant that were decided."""
    rows = await connection.fetch("select key from mall.idempotency_key where tenant_id = $1", tenant_id)
    return {row["key"] for row in rows}


async def newest_redemptions(connection: Connection, *, tenant_id: UUID) -> dict[UUID, datetime]:
    """Return the business time of the newest redemption of each member that has one."""
    rows = await connection.fetch(
        "select member_id, max(effective_at) as newest from mall.redemption where tenant_id = $1 group by member_id",
        tenant_id,
    )
    return {row["member_id"]: row["newest"] for row in rows}


async def most_redeemed_item(connection: Connection, *, tenant_id: UUID) -> UUID | None:
    """Return the item that stands on most redemption lines of a tenant."""
    found: UUID | None = await connection.fetchval(
        "select item_id from mall.redemption_line where tenant_id = $1 group by item_id order by count(*) desc limit 1",
        tenant_id,
    )
    return found
