"""A small ledger written by plain SQL, row by row: what each row says is known."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from json import dumps
from uuid import UUID

import asyncpg

from transactional.tenants.operations import NewTenant, create_tenant

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Ledger:
    """The ids of a tenant's rows: a grant of 1,000, a redemption of 300, a hold of 200 of which 150 are taken."""

    tenant_id: UUID
    member_id: UUID
    item_id: UUID
    grant: UUID
    redemption: UUID
    capture: UUID
    hold: UUID
    created: UUID
    completed: UUID
    captured: UUID


async def write_ledger(connection: asyncpg.Connection, code: str = "acorn") -> Ledger:
    """Write the ledger of a new tenant, each act in a transaction of its own."""
    tenant_id = await create_tenant(connection, NewTenant(code, "橡果", "bank"))
    await connection.execute(
        "insert into mall.account (tenant_id, account_id, kind) select $1, uuidv7(), k "
        "from unnest(array['receivable', 'fee']) k on conflict do nothing",
        tenant_id,
    )
    new = [await connection.fetchval("select uuidv7()") for _ in range(9)]
    member, item, grant, redemption, capture, hold, created, completed, captured = new
    await connection.execute(
        "insert into mall.member (tenant_id, member_id, external_ref, registered_at) values ($1, $2, 'E-1', $3)",
        tenant_id, member, NOON,
    )  # fmt: skip
    await connection.execute(
        "insert into mall.account (tenant_id, account_id, kind) values ($1, $2, 'member')", tenant_id, member
    )
    await connection.execute(
        "insert into mall.item (item_id, code, name, category, kind, class) "
        "values ($1, $2, 'tea', 'food', 'physical', 'staple')",
        item, f"{code}-tea",
    )  # fmt: skip
    await connection.execute(
        "insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from) "
        "values ($1, $2, 300, 'pickup', $3, $3)",
        tenant_id, item, NOON,
    )  # fmt: skip
    await connection.execute(
        "insert into mall.stock (tenant_id, item_id, on_hand) values ($1, $2, 9)", tenant_id, item
    )
    await connection.execute(
        "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at) "
        "values ($1, $2, 10, 'receipt', 'opening', $3)",
        tenant_id, item, NOON,
    )  # fmt: skip
    await _grant(connection, tenant_id, member, grant)
    await _redeem(connection, tenant_id, member, item, grant, redemption, created, completed)
    await _hold(connection, tenant_id, member, grant, hold, capture, captured)
    return Ledger(
        tenant_id, member, item, grant, redemption, capture, hold, created, completed, captured
    )  # fmt: skip


async def transfer(
    connection: asyncpg.Connection, tenant_id: UUID, member: UUID, lot: UUID, transfer_id: UUID, kind: str,
    other: str, points: int, balance: int, redemption: UUID | None = None,
) -> None:  # fmt: skip
    """Write a transfer of points to (or, negative, from) a member's lot."""
    await connection.execute(
        # Words of redemptions are as they were before there was salt.
        "insert into mall.transfer (tenant_id, transfer_id, kind, member_id, redemption_id, reference, effective_at, salt) "
        "values ($1, $2, $3, $4, $5, '单号 1', $6, case when $5::uuid is null then gen_random_uuid() end)",
        tenant_id, transfer_id, kind, member, redemption, NOON,
    )  # fmt: skip
    await connection.execute(
        "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after) "
        "select $1::uuid, $2::uuid, 0, account_id, null::uuid, -$3::bigint, null::bigint from mall.account "
        "where tenant_id = $1 and kind = $4 union all select $1, $2, 1, $5::uuid, $6::uuid, $3, $7::bigint",
        tenant_id, transfer_id, points, other, member, lot, balance,
    )  # fmt: skip
    await connection.execute(
        "update mall.account set balance = $3 where tenant_id = $1 and account_id = $2",
        tenant_id, member, balance,
    )  # fmt: skip


async def tell(
    connection: asyncpg.Connection, tenant_id: UUID, outbox_id: UUID, topic: str, subject: UUID, **facts: object
) -> None:  # fmt: skip
    """Write an outbox row."""
    await connection.execute(
        "insert into mall.outbox (tenant_id, outbox_id, topic, subject_id, payload) values ($1, $2, $3, $4, $5)",
        tenant_id, outbox_id, topic, subject, dumps(facts, default=str),
    )  # fmt: skip


async def _grant(connection, tenant_id, member, grant) -> None:
    async with connection.transaction():
        await connection.execute(
            "insert into mall.lot (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, "
            "expires_on) values ($1, $2, $3, 1000, 550, $4, $5)",
            tenant_id, member, grant, NOON, date(2027, 3, 1),
        )  # fmt: skip
        await transfer(connection, tenant_id, member, grant, grant, "grant", "issuance", 1000, 1000)


async def _redeem(connection, tenant_id, member, item, lot, redemption, created, completed) -> None:
    facts = {"redemption_id": redemption, "member_id": member, "points": 300}
    async with connection.transaction():
        await connection.execute(
            "insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at) "
            "values ($1, $2, $3, 'created', 300, $4)",
            tenant_id, redemption, member, NOON,
        )  # fmt: skip
        await connection.execute(
            "insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points) "
            "values ($1, $2, 1, $3, 1, 300)",
            tenant_id, redemption, item,
        )  # fmt: skip
        await transfer(
            connection, tenant_id, member, lot, redemption, "redeem", "redeemed", -300, 700, redemption
        )
        await tell(
            connection, tenant_id, created, "redemption.created", redemption, status="created", **facts
        )
    async with connection.transaction():
        await connection.execute(
            "update mall.redemption set status = 'completed', completed_at = $3 "
            "where tenant_id = $1 and redemption_id = $2",
            tenant_id, redemption, NOON,
        )  # fmt: skip
        await tell(
            connection, tenant_id, completed, "redemption.completed", redemption, status="completed", **facts
        )


async def _hold(connection, tenant_id, member, lot, hold, capture, captured) -> None:
    async with connection.transaction():
        await connection.execute(
            "insert into mall.hold (tenant_id, hold_id, member_id, points, captured_points, lot_ids, lot_points, "
            "status, effective_at, expires_at, resolved_at) values ($1, $2, $3, 200, 150, $4, '{200}', 'captured', "
            "$5, $5, $5)",
            tenant_id, hold, member, [lot], NOON,
        )  # fmt: skip
        await transfer(connection, tenant_id, member, lot, capture, "redeem", "redeemed", -150, 550)
        facts = {"hold_id": hold, "status": "captured", "points": 200, "captured_points": 150}
        await tell(connection, tenant_id, captured, "hold.captured", hold, transfer_id=capture, **facts)
