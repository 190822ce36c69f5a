"""A literal small mall written by plain SQL: two tenants, a month of redemptions, balanced entries."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

FIRST_DAY = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday, noon in Shanghai
DAYS = 42
GRANT_POINTS = 100_000
EARN_POINTS = 5_000

# code, category, kind, class, price in points
ITEMS = (
    ("rice", "food", "physical", "staple", 500),
    ("oil", "food", "physical", "staple", 800),
    ("tea", "food", "physical", "quality", 1_200),
    ("phone-credit", "virtual", "virtual", "staple", 1_000),
    ("film-ticket", "virtual", "virtual", "quality", 400),
    ("massage", "service", "service", "scarce", 3_000),
)
# Of the others nobody has said what to call them.
CATEGORIES = (("food", "粮油食品", "Food"), ("virtual", "虚拟商品", "Virtual goods"))
TENANTS = (("harbour-bank", "bank", False), ("cloud-air", "airline", True))
MEMBERS_PER_TENANT = 8


@dataclass
class SmallWorld:
    """The ids that were written; the last member of a tenant is a test one, the one before it is erased."""

    tenant_ids: list[UUID] = field(default_factory=list)
    item_ids: list[UUID] = field(default_factory=list)
    member_ids: dict[UUID, list[UUID]] = field(default_factory=dict)
    redemption_ids: dict[UUID, list[UUID]] = field(default_factory=dict)


def insert_small_world(connection: psycopg.Connection[Any]) -> SmallWorld:
    """Write the small world into a migrated, empty database and commit it; return the ids."""
    world = SmallWorld()
    with connection.transaction():
        for named in CATEGORIES:
            connection.execute(
                "insert into mall.category (category, name_zh, name_en) values (%s, %s, %s)", named
            )
        for code, category, kind, item_class, _ in ITEMS:
            world.item_ids.append(
                _one(
                    connection,
                    "insert into mall.item (code, name, category, kind, class) values (%s, %s, %s, %s, %s) "
                    "returning item_id",
                    (code, code.title(), category, kind, item_class),
                )
            )
        for code, industry, is_test in TENANTS:
            _tenant(connection, world, code, industry, is_test)
    return world


def redeem(
    connection: psycopg.Connection[Any], tenant_id: UUID, member_id: UUID, lines: list[tuple[UUID, int, int]],
    at: datetime,
) -> UUID:  # fmt: skip
    """Write one completed redemption of (item_id, quantity, unit_points) lines out of the member's oldest lot."""
    points = sum(quantity * unit for _, quantity, unit in lines)
    redemption_id = _one(connection, "select uuidv7()", ())
    connection.execute(
        "insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at, "
        "paid_at, completed_at) values (%s, %s, %s, 'completed', %s, %s, %s, %s)",
        (tenant_id, redemption_id, member_id, points, at, at, at),
    )
    for line_no, (item_id, quantity, unit) in enumerate(lines, start=1):
        connection.execute(
            "insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points) "
            "values (%s, %s, %s, %s, %s, %s)",
            (tenant_id, redemption_id, line_no, item_id, quantity, unit),
        )
        connection.execute(
            "update mall.stock set on_hand = on_hand - %s where tenant_id = %s and item_id = %s",
            (quantity, tenant_id, item_id),
        )
    lot_id = _one(
        connection,
        "update mall.lot set remaining_points = remaining_points - %(points)s "
        "where (tenant_id, account_id, lot_id) = (select tenant_id, account_id, lot_id from mall.lot "
        "  where tenant_id = %(tenant)s and account_id = %(member)s and remaining_points >= %(points)s "
        "  order by active_from limit 1) returning lot_id",
        {"points": points, "tenant": tenant_id, "member": member_id},
    )
    _transfer(connection, tenant_id, member_id, "redeem", -points, "redeemed", at, lot_id, redemption_id)
    return redemption_id


def credit(
    connection: psycopg.Connection[Any],
    tenant_id: UUID,
    member_id: UUID,
    kind: str,
    points: int,
    at: datetime,
    *,
    counter_account: str = "issuance",
    redemption_id: UUID | None = None,
) -> UUID:
    """Write one earn, grant or refund as a lot of its own; return the lot's id, which is the transfer's."""
    lot_id = _one(connection, "select uuidv7()", ())
    connection.execute(
        "insert into mall.lot (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, "
        "expires_on) values (%s, %s, %s, %s, %s, %s, %s)",
        (tenant_id, member_id, lot_id, points, points, at, (at + timedelta(days=730)).date()),
    )
    _transfer(connection, tenant_id, member_id, kind, points, counter_account, at, lot_id, redemption_id)
    return lot_id


def _tenant(
    connection: psycopg.Connection[Any], world: SmallWorld, code: str, industry: str, is_test: bool
) -> None:
    tenant_id = _one(
        connection,
        "insert into mall.tenant (code, name, industry, is_test) values (%s, %s, %s, %s) returning tenant_id",
        (code, code.replace("-", " ").title(), industry, is_test),
    )
    connection.execute(
        "insert into mall.program (tenant_id, name, lot_validity_months) values (%s, 'Points', 24)",
        (tenant_id,),
    )
    for kind in ("issuance", "redeemed", "expired", "exchange", "adjustment", "receivable", "fee"):
        connection.execute(
            "insert into mall.account (tenant_id, account_id, kind) values (%s, uuidv7(), %s)",
            (tenant_id, kind),
        )
    start = FIRST_DAY - timedelta(days=1)
    for item_id, (*_, price) in zip(world.item_ids, ITEMS, strict=True):
        connection.execute(
            "insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from) "
            "values (%s, %s, %s, 'instant', %s, %s)",
            (tenant_id, item_id, price, start, start),
        )
        connection.execute("insert into mall.stock values (%s, %s, 1000)", (tenant_id, item_id))
        connection.execute(
            "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at) "
            "values (%s, %s, 1000, 'receipt', 'opening', %s)",
            (tenant_id, item_id, start),
        )
    world.tenant_ids.append(tenant_id)
    world.member_ids[tenant_id] = [_member(connection, tenant_id, n) for n in range(MEMBERS_PER_TENANT)]
    world.redemption_ids[tenant_id] = _behaviour(connection, world, tenant_id)


def _member(connection: psycopg.Connection[Any], tenant_id: UUID, number: int) -> UUID:
    is_test = number == MEMBERS_PER_TENANT - 1
    erased_at = FIRST_DAY + timedelta(days=60) if number == MEMBERS_PER_TENANT - 2 else None
    member_id = _one(
        connection,
        "insert into mall.member (tenant_id, external_ref, is_test, registered_at, erased_at) "
        "values (%s, %s, %s, %s, %s) returning member_id",
        (tenant_id, f"m-{number}", is_test, FIRST_DAY - timedelta(days=1), erased_at),
    )
    connection.execute(
        "insert into mall.account (tenant_id, account_id, kind) values (%s, %s, 'member')",
        (tenant_id, member_id),
    )
    return member_id


def _behaviour(connection: psycopg.Connection[Any], world: SmallWorld, tenant_id: UUID) -> list[UUID]:
    """Write a grant each, then two redemptions, two events, an impression and sometimes an earn and an answer per day.

    All members are shown an item in turn, the first once more a day after all else.
    """
    members, items = world.member_ids[tenant_id], world.item_ids
    for member_id in members:
        credit(connection, tenant_id, member_id, "grant", GRANT_POINTS, FIRST_DAY - timedelta(hours=1))
    redemption_ids = []
    for day in range(DAYS):
        at = FIRST_DAY + timedelta(days=day)
        for turn in range(2):
            number = (day + 3 * turn) % (MEMBERS_PER_TENANT - 1)  # member 0 also redeems, the test one below
            chosen = {(number + turn) % len(items), (number + day // 7) % len(items)}
            lines = [(items[i], 1 + (day + i) % 2, ITEMS[i][4]) for i in sorted(chosen)]
            redemption_ids.append(
                redeem(connection, tenant_id, members[number], lines, at + timedelta(hours=turn))
            )
            connection.execute(
                "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at) "
                "values (%s, %s, 'visit', null, %s), (%s, %s, 'view', %s, %s)",
                (tenant_id, members[number], at, tenant_id, members[number], lines[0][0], at),
            )
        _impression(connection, tenant_id, members[(day + 1) % len(members)], lines[0][0], at)
        if day % 5 == 0:
            credit(connection, tenant_id, members[day % 6], "earn", EARN_POINTS, at)
            connection.execute(
                "insert into mall.feedback (tenant_id, member_id, redemption_id, score, answered_at) "
                "select tenant_id, member_id, redemption_id, %s, %s from mall.redemption "
                "where tenant_id = %s and redemption_id = %s",
                (3 + day % 3, at + timedelta(hours=2), tenant_id, redemption_ids[-1]),
            )
    _impression(connection, tenant_id, members[0], items[0], FIRST_DAY + timedelta(days=DAYS))
    redeem(connection, tenant_id, members[-1], [(items[0], 1, ITEMS[0][4])], FIRST_DAY + timedelta(days=3))
    return redemption_ids


def _impression(
    connection: psycopg.Connection[Any], tenant_id: UUID, member_id: UUID, item_id: UUID, at: datetime
) -> None:
    """Write that an item was shown in an answer of its own; every third day by the control."""
    connection.execute(
        "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at, request_id, position, propensity, "
        "policy) values (%s, %s, 'impression', %s, %s, uuidv7(), 1, 0.25, %s)",
        (tenant_id, member_id, item_id, at, "popularity" if at.day % 3 == 0 else "recipe"),
    )


def _transfer(
    connection: psycopg.Connection[Any], tenant_id: UUID, member_id: UUID, kind: str, points: int,
    counter_account: str, at: datetime, lot_id: UUID, redemption_id: UUID | None,
) -> None:  # fmt: skip
    """Write a transfer whose two entries sum to zero; a credit's id is its lot's."""
    transfer_id = lot_id if points > 0 else _one(connection, "select uuidv7()", ())
    connection.execute(
        "insert into mall.transfer (tenant_id, transfer_id, kind, member_id, redemption_id, effective_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        (tenant_id, transfer_id, kind, member_id, redemption_id, at),
    )
    balance = _one(
        connection,
        "update mall.account set balance = balance + %s, version = version + 1 "
        "where tenant_id = %s and account_id = %s returning balance",
        (points, tenant_id, member_id),
    )
    connection.execute(
        "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after) "
        "values (%s, %s, 1, %s, %s, %s, %s)",
        (tenant_id, transfer_id, member_id, lot_id, points, balance),
    )
    connection.execute(
        "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, amount) "
        "select tenant_id, %s, 2, account_id, %s from mall.account where tenant_id = %s and kind = %s",
        (transfer_id, -points, tenant_id, counter_account),
    )


def _one(connection: psycopg.Connection[Any], query: str, values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]
