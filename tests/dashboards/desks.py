"""What the desks read: marts beside the literal release, and a real mall with queues that wait for somebody."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
import duckdb
import httpx
import psycopg

from tests import literal_release as literal
from tests.dashboards.planning import NOON, PASSWORD
from tests.dashboards.storefront import served
from transactional.access.operations import issue_key
from transactional.app import create_app
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.members.operations import register_members
from transactional.risk.defaults import NewRule
from transactional.risk.operations import add_rules
from transactional.sessions.operations import create_login
from transactional.settings import TransactionalSettings
from transactional.tenants.operations import NewTenant, create_tenant, platform_tenant

A, B = literal.ACORN, literal.BIRCH
ROLES = (
    "enterprise_viewer",
    "planner",
    "enterprise_admin",
    "operator",
    "risk_analyst",
)
HOUR = timedelta(hours=1)
_MARCH, _FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
_LEAF, _SLOW, _RAIN = (UUID(int=n) for n in (0x61, 0x62, 0x64))

_TABLES = {
    "fct_compensations": "tenant_id uuid, compensation_id uuid, clock varchar, redemption_id uuid, party varchar, "
    "supplier_name varchar, carrier varchar, due_at timestamptz, opened_date date, points bigint, outcome varchar",
    "fct_after_sales_cases": "tenant_id uuid, case_id uuid, item_id uuid, supplier_id uuid, type varchar, reason varchar, "
    "opened_date date, answer_hours double, is_answered_on_time boolean, outcome varchar, responsibility varchar",
    "fct_risk_daily": "tenant_id uuid, date date, rule_kind varchar, verdict varchar, assessment_count bigint, "
    "reviewed_count bigint, overturned_count bigint, blocked_count bigint",
    "fct_risk_rules": "tenant_id uuid, rule_kind varchar, from_date date, to_date date, attempt_count bigint, "
    "hit_count bigint, hit_rate double, hit_rate_low double, hit_rate_high double, denied_count bigint, "
    "reviewed_count bigint, overturned_count bigint, false_block_rate double, false_block_rate_low double, "
    "false_block_rate_high double",
    "fct_onboarding": "tenant_id uuid, applied_date date, configured_date date, tested_date date, live_date date, "
    "reached varchar, onboarding_days bigint",
    "fct_invoices": "tenant_id uuid, invoice_id uuid, invoice_number varchar, month_start date, fee_count integer, amount_fen bigint, "
    "waived_fen bigint, credited_fen bigint, net_fen bigint, paid_fen bigint, unpaid_fen bigint, state varchar, "
    "issued_date date, due_date date",
    "fct_receivables": "tenant_id uuid, unpaid_count integer, unpaid_fen bigint, overdue_count integer, overdue_fen bigint, "
    "next_due_date date, owed_back_fen bigint",
    "fct_settlement_statements": "tenant_id uuid, statement_id uuid, party_kind varchar, party_name varchar, date date, line_count integer, "
    "quantity bigint, owed_fen bigint, stated_date date, due_date date, is_on_time boolean, settled_date date",
    "fct_reconciliations": "tenant_id uuid, provider varchar, date date, matched_count integer, "
    "missing_here_count integer, missing_there_count integer, different_amount_count integer, file_fen bigint, "
    "our_fen bigint, is_clean boolean",
    "fct_supplier_gates": "tenant_id uuid, supplier_code varchar, supplier_name varchar, gate varchar, gate_no integer, "
    "standing varchar, is_passed boolean, is_gated boolean, expires_date date, days_to_expiry integer",
    "fct_brand_authorisations": "tenant_id uuid, supplier_code varchar, brand_code varchar, document_number varchar, "
    "level integer, valid_from date, expires_date date, days_to_expiry integer, is_forged boolean, is_valid boolean",
    "dim_brand": "brand_id uuid, code varchar, name_zh varchar, name_en varchar, is_known boolean",
    "fct_supplier_scores_monthly": "tenant_id uuid, supplier_id uuid, supplier_code varchar, supplier_name varchar, "
    "month date, score double, low double, high double, known_weight double, n bigint, is_small_sample boolean",
    "fct_value_scores_monthly": "tenant_id uuid, month date, value_score double, functional_score double, "
    "supply_score double, service_score double, price_score double, known_weight double",
    "fct_value_score_parts_monthly": "tenant_id uuid, month date, part varchar, metric varchar, part_weight double, "
    "metric_weight double, zero_at double, full_at double, denominator bigint, value double, score double",
    "dim_supplier_terms": "tenant_id uuid, terms_id uuid, item_id uuid, supplier_id uuid, supplier_code varchar, "
    "supplier_name varchar, supplier_status varchar, lead_days integer, worst_lead_days integer, "
    "min_order_quantity bigint, pack_size bigint, unit_cost_fen bigint, shelf_life_days integer, rank integer, "
    "valid_from date, valid_until date",
}
_METRICS = [
    ("ship_48h_rate", "48小时发货率", "Shipped on time", 0.95, "at_least"),
    ("deliver_on_time_rate", "准时送达率", "Delivered on time", None, "at_least"),
    ("after_sales_24h_rate", "售后24小时响应率", "After-sales answered", 0.95, "at_least"),
    ("complaint_rate", "投诉率", "Complaint rate", None, "at_most"),
    ("fee_share", "费用占比", "Fee share", None, "at_most"),
]
_KPIS = [
    (A, _FEBRUARY, "ship_48h_rate", 190, 200),
    (A, _MARCH, "ship_48h_rate", 184, 200),
    (A, _MARCH, "deliver_on_time_rate", 90, 100),
    (A, _MARCH, "after_sales_24h_rate", 39, 40),
    (A, _MARCH, "complaint_rate", 3, 150),
    (B, _MARCH, "ship_48h_rate", 7, 7),
    (B, _MARCH, "after_sales_24h_rate", 1, 1),
]


def _score(
    tenant: UUID,
    supplier: UUID,
    code: str,
    name: str,
    status: str,
    lines: tuple[int, int],
    late: float,
    damaged: int,
) -> tuple[Any, ...]:
    kept, judged = lines
    rate = kept / judged if judged else None
    low, high = (None, None) if rate is None else (max(0.0, rate - 0.08), min(1.0, rate + 0.03))
    return (
        tenant, supplier, code, name, status, date(2025, 4, 1), date(2026, 3, 31), judged, judged, kept, rate, low, high,
        1_000, 980, 0.98, 1_000 - damaged, damaged, damaged / 1_000, 7.0, 7.0 + late, late, 500_000, 40,
    )  # fmt: skip


def _rule(tenant: UUID, kind: str, hits: int, reviewed: int, honest: int) -> tuple[Any, ...]:
    rate = honest / reviewed if reviewed else None
    low, high = (None, None) if rate is None else (rate / 2, rate * 1.6)
    return (
        tenant, kind, date(2026, 1, 1), date(2026, 3, 31), 1_000, hits, hits / 1_000, hits / 1_500, hits / 800, 2, reviewed,
        honest, rate, low, high,
    )  # fmt: skip


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    day = date
    return {
        "fct_compensations": [
            (A, UUID(int=1), "shipping", literal.REDEMPTIONS["mei_rice"], "supplier", "慢慢来", None,
             "2026-03-22 02:00:00+00", day(2026, 3, 22), 30, None),
            (A, UUID(int=2), "delivery", literal.REDEMPTIONS["mei_tea"], "carrier", None, "sf",
             "2026-03-20 02:00:00+00", day(2026, 3, 21), 30, "paid"),
            (A, UUID(int=3), "delivery", literal.REDEMPTIONS["mei_tea"], "carrier", None, "jd",
             "2026-02-20 02:00:00+00", day(2026, 2, 21), 0, "waived"),
            (B, UUID(int=4), "shipping", literal.REDEMPTIONS["otto_umbrella"], "supplier", "Rain Ltd", None,
             "2026-03-20 02:00:00+00", day(2026, 3, 21), 5, None),
        ],
        "fct_after_sales_cases": [
            (A, UUID(int=11), literal.TEA, _SLOW, "return", "damaged", day(2026, 3, 5), 3.5, True, "refund", "supplier"),
            (A, UUID(int=12), literal.TEA, _SLOW, "complaint", "late", day(2026, 3, 9), 30.0, False, "settled", "carrier"),
            (A, UUID(int=13), None, None, "inquiry", "damaged", day(2026, 3, 30), None, None, None, None),
            (A, UUID(int=14), literal.RICE, None, "return", "missing", day(2026, 2, 2), 1.0, True, "reject", "member"),
            (B, UUID(int=15), literal.UMBRELLA, _RAIN, "return", "wrong_item", day(2026, 3, 5), 1.0, True, "replace", "supplier"),
        ],
        "fct_risk_daily": [
            (A, day(2026, 3, 30), "any", "review", 6, 4, 1, 5),
            (A, day(2026, 3, 30), "any", "deny", 2, 0, 0, 2),
            (A, day(2026, 3, 31), "velocity", "review", 6, 4, 1, 5),
            (B, day(2026, 3, 31), "any", "deny", 77, 0, 0, 77),
        ],
        "fct_risk_rules": [
            _rule(A, "any", 60, 50, 10),
            _rule(A, "velocity", 50, 45, 9),
            _rule(A, "account_age", 10, 5, 1),
            _rule(B, "blocked", 77, 0, 0),
            _rule(B, "any", 77, 0, 0),
        ],
        "fct_onboarding": [
            (A, day(2026, 1, 1), day(2026, 1, 3), day(2026, 1, 7), day(2026, 1, 9), "live", 8),
            (B, day(2026, 3, 10), day(2026, 3, 13), None, None, "configured", None),
        ],
        "fct_invoices": [
            (A, "01900000-0000-7000-c000-000000000012", "A-3", _MARCH, 3, 120_000, 10_000, 10_000, 100_000, 20_000, 80_000, "partially_paid", day(2026, 4, 1), day(2026, 4, 30)),
            (B, UUID(int=42), "B-3", _MARCH, 1, 15_000, 0, 0, 15_000, 15_000, 0, "paid", day(2026, 4, 1), day(2026, 4, 30)),
            (A, UUID(int=43), "A-2", _FEBRUARY, 2, 50_000, 0, 0, 50_000, 0, 50_000, "overdue", day(2026, 3, 1), day(2026, 3, 31)),
        ],
        "fct_receivables": [
            (A, 2, 130_000, 1, 50_000, day(2026, 3, 31), 0),
            (B, 0, 0, 0, 0, None, 0),
        ],
        "fct_settlement_statements": [
            (A, "01900000-0000-7000-c000-000000000022", "supplier", "叶茂", day(2026, 3, 5), 2, 10, 5_000, day(2026, 3, 9), day(2026, 3, 6), False, None),
            (B, UUID(int=45), "tenant", "橡果", day(2026, 3, 5), 1, 900, -700, day(2026, 3, 6), day(2026, 3, 6), True, day(2026, 3, 7)),
        ],
        "fct_reconciliations": [
            (A, "wechat", day(2026, 3, 5), 9, 1, 0, 0, 1_000, 900, False),
            (A, "alipay", day(2026, 3, 6), 9, 0, 0, 0, 900, 900, True),
        ],
        "fct_supplier_gates": [
            (A, "slow", "慢慢来", "documents", 1, "samples", True, True, day(2026, 4, 10), 10),
            (A, "slow", "慢慢来", "samples", 2, "samples", False, True, None, None),
            (B, "rain", "Rain Ltd", "documents", 1, "active", True, True, day(2027, 1, 1), 276),
        ],
        "fct_brand_authorisations": [
            (A, "leaf", "longjing", "L-1", 1, day(2025, 5, 1), day(2026, 4, 30), 30, False, True),
            (A, "slow", "longjing", "L-9", 2, day(2025, 5, 1), day(2026, 3, 1), -30, True, False),
            (B, "rain", "storm", "S-1", 1, day(2025, 5, 1), day(2026, 4, 30), 30, False, True),
        ],
        "dim_brand": [(UUID(int=0x71), "longjing", "狮峰龙井", "Lion Peak", True)],
        "fct_supplier_scores_monthly": [
            (A, _LEAF, "leaf", "叶茂", _MARCH, 0.96, 0.9, 0.99, 0.8, 120, False),
            (A, _SLOW, "slow", "慢慢来", _MARCH, 0.41, 0.3, 0.52, 0.8, 90, False),
            (A, _SLOW, "slow", "慢慢来", _FEBRUARY, 0.5, 0.1, 0.9, 0.3, 4, True),
            (B, _RAIN, "rain", "Rain Ltd", _MARCH, 0.99, 0.9, 1.0, 1.0, 50, False),
        ],
        "fct_value_scores_monthly": [
            (A, _MARCH, 0.8, 0.9, 0.7, 0.75, None, 0.9),
            (B, _MARCH, 0.65, 0.6, 0.7, None, 0.5, 0.8),
            (A, _FEBRUARY, 0.5, 0.5, None, None, None, 0.4),
        ],
        "fct_value_score_parts_monthly": [
            (A, _MARCH, "supply", "ship_48h_rate", 0.3, 0.35, 0.8, 0.95, 200, 0.92, 0.8),
            (B, _MARCH, "price", "fee_share", 0.1, 1.0, 0.1, 0.01, 900, 0.055, 0.5),
            (B, _MARCH, "service", "complaint_rate", 0.2, 0.1, 0.03, 0.0, 0, None, None),
        ],
        "dim_supplier_terms": [
            (A, UUID(int=21), literal.TEA, _LEAF, "leaf", "叶茂", "active", 7, 9, 12, 6, 500, 540, 1, day(2026, 1, 1), None),
            (A, UUID(int=22), literal.RICE, _SLOW, "slow", "慢慢来", "active", 9, 20, 1, 1, 750, 365, 1, day(2026, 1, 1), day(2026, 4, 20)),
            (A, UUID(int=23), literal.RICE, _SLOW, "slow", "慢慢来", "active", 9, 20, 1, 1, 700, 365, 1, day(2025, 1, 1), day(2025, 12, 31)),
            (B, UUID(int=24), literal.UMBRELLA, _RAIN, "rain", "Rain Ltd", "active", 3, 5, 1, 1, 900, None, 1, day(2026, 1, 1), day(2026, 4, 9)),
        ],
    }  # fmt: skip


def add_desks(connection: duckdb.DuckDBPyConnection) -> None:
    """Add what the desks read to the literal release."""
    rows = _rows()
    for table, columns in _TABLES.items():
        connection.execute(f"create or replace table marts.{table} ({columns})")
        _insert(connection, table, rows[table])
    connection.execute("delete from marts.fct_supplier_performance")
    _insert(
        connection,
        "fct_supplier_performance",
        [
            _score(A, _LEAF, "leaf", "叶茂", "active", (98, 100), -0.5, 2),
            _score(A, _SLOW, "slow", "慢慢来", "active", (60, 100), 6.2, 30),
            _score(A, UUID(int=0x63), "gone", "旧约", "suspended", (1, 4), 1.0, 0),
            _score(B, _RAIN, "rain", "Rain Ltd", "active", (40, 40), 0.0, 0),
        ],
    )
    for metric, zh, en, target, direction in _METRICS:
        row = (
            metric,
            zh,
            en,
            zh,
            en,
            "分子",
            "numerator",
            "分母",
            "denominator",
            target,
            direction,
            "rate",
            None,
        )
        _insert(connection, "dim_metric", [row])
    targets = {metric: target for metric, _, _, target, _ in _METRICS}
    _insert(
        connection,
        "fct_kpis_monthly",
        [(t, m, name, n, d, n / d, d, None, None, targets[name]) for t, m, name, n, d in _KPIS],
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" for _ in rows[0])
    connection.executemany(f"insert into marts.{table} values ({marks})", rows)


@dataclass
class Clock:
    """A clock that is set."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class DeskMall:
    """A running mall whose acorn has orders, cases and attempts that wait; birch has an order of its own."""

    url: str
    database_url: str
    keys: dict[UUID, str]
    members: dict[UUID, list[UUID]]
    clock: Clock
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def token(self, role: str, tenant_code: str = "acorn") -> str:
        """Return the session of a login with a role, whose username is that role."""
        body = {"tenant_code": tenant_code, "username": role, "password": PASSWORD}
        answer = httpx.post(f"{self.url}/v1/sessions", json=body, trust_env=False, timeout=30)
        token: str = answer.json()["token"]
        return token

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, tenant: UUID = A
    ) -> dict[str, Any]:
        """Ask the mall something with a tenant's key."""
        headers = {
            "Authorization": f"Bearer {self.keys[tenant]}",
            "Idempotency-Key": f"test {next(self._numbers)}",
        }
        answer = httpx.request(
            method, f"{self.url}{path}", json=body, headers=headers, trust_env=False, timeout=30
        )
        assert answer.is_success, answer.text
        return dict(answer.json())

    def redeem(self, ago: timedelta, *, member: int = 0, tenant: UUID = A, device: str | None = None) -> str:
        """Redeem one tea, or umbrella, so long ago, and return the redemption's id."""
        self.clock.at = NOON - ago
        item = literal.TEA if tenant == A else literal.UMBRELLA
        body: dict[str, Any] = {
            "member_id": str(self.members[tenant][member]),
            "lines": [{"item_id": str(item), "quantity": 1}],
        }
        if device is not None:
            body["context"] = {"device_id": device}
        made = self.ask("POST", "/v1/redemptions", body, tenant)
        self.clock.at = NOON
        return str(made["redemption_id"])

    def open_case(
        self, redemption_id: str, ago: timedelta, reason: str = "damaged", text: str = "茶罐破了"
    ) -> str:
        """Open a case so long ago and return its id."""
        self.clock.at = NOON - ago
        body = {
            "reference": f"case {next(self._numbers)}", "redemption_id": redemption_id, "type": "return",
            "reason": reason, "text": text, "opened_by": "E-1", "line_no": 1, "quantity": 1,
        }  # fmt: skip
        made = self.ask("POST", "/v1/after-sales", body)
        self.clock.at = NOON
        return str(made["case_id"])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]

    def collected(self, redemption_id: str, ago: timedelta, province: str = "新疆") -> None:
        """Note a parcel of a redemption that its carrier collected so long ago."""
        remote = province == "新疆"
        shipped = NOON - ago
        self.ask(
            "POST",
            f"/v1/redemptions/{redemption_id}/shipments",
            {"reference": redemption_id, "carrier": "sf", "tracking_number": f"SF{next(self._numbers):06}",
             "province": province},
        )  # fmt: skip
        with psycopg.connect(self.database_url) as connection:
            connection.execute(
                "update mall.shipment set status = 'collected', shipped_at = %s, due_at = %s where redemption_id = %s",
                (shipped, shipped + (72 if remote else 48) * HOUR, redemption_id),
            )
            connection.execute(
                "update mall.redemption set status = 'shipped', shipped_at = %s where redemption_id = %s",
                (shipped, redemption_id),
            )


async def _fill(url: str) -> tuple[dict[UUID, str], dict[UUID, list[UUID]]]:
    owner = await asyncpg.connect(url)
    keys, members = {}, {}
    try:
        codes = {A: ("acorn", literal.ACORN_NAME), B: ("birch", literal.BIRCH_NAME)}
        goods = {A: ("tea", "茶叶礼盒", literal.TEA), B: ("umbrella", "Umbrella", literal.UMBRELLA)}
        long_ago = NOON - timedelta(days=90)
        for tenant_id, (code, name) in codes.items():
            await create_tenant(owner, NewTenant(code, name, "bank", tenant_id=tenant_id))
            keys[tenant_id] = await issue_key(owner, tenant_id=tenant_id, label="tests")
            for role in ROLES:
                await create_login(owner, tenant_id=tenant_id, username=role, password=PASSWORD, role=role)
            made = await register_members(
                owner, tenant_id=tenant_id, external_refs=["E-1", "E-2"], registered_at=[long_ago] * 2
            )
            members[tenant_id] = list(made.values())
            item_code, item_name, item_id = goods[tenant_id]
            items = await add_items(
                owner, [NewItem(item_code, item_name, literal.FOOD, "physical", "staple")]
            )
            await owner.execute(
                "update mall.item set item_id = $1 where item_id = $2", item_id, items[item_code]
            )
            await add_offers(
                owner, tenant_id=tenant_id, offers=[NewOffer(item_id, 100, "shipping", long_ago, long_ago)]
            )
            await receive_stock(
                owner, tenant_id=tenant_id, receipts=[StockReceipt(item_id, 100, "opening", long_ago)]
            )
        platform = await platform_tenant(owner)
        await create_login(
            owner, tenant_id=platform, username="platform_admin", password=PASSWORD, role="platform_admin"
        )
    finally:
        await owner.close()
    return keys, members


async def _hold_back(url: str) -> None:
    """From now on every attempt is parked for somebody to review."""
    owner = await asyncpg.connect(url)
    rule = NewRule(
        kind="velocity", dimension="member", measure="count", threshold=0, window_seconds=60, verdict="review",
        score=40,
    )  # fmt: skip
    await add_rules(owner, tenant_id=A, rules=[rule], valid_from=NOON - timedelta(minutes=30))
    await owner.close()


@contextmanager
def running_desk_mall(database_url: str, secret: str) -> Iterator[DeskMall]:
    """Serve a mall at noon of `planning.TODAY`; sessions are of the real time.

    Acorn: one order that is a day late, one due in eight hours, a parcel to Xinjiang; a case that is late and one that
    is not; two attempts from one device that wait for a review. Birch: one order.
    """
    keys, members = asyncio.run(_fill(database_url))
    clock = Clock()
    vault_key = base64.b64encode(b"v" * 32).decode()
    app = create_app(
        TransactionalSettings(database_url=database_url, session_secret=secret, vault_key=vault_key)
    )  # type: ignore[arg-type]
    app.state.clock = clock
    with served(app) as url:
        mall = DeskMall(url, database_url, keys, members, clock)
        for tenant, of_tenant in members.items():
            for member in of_tenant:
                clock.at = NOON - 80 * HOUR
                mall.ask("POST", "/v1/points/earn", {"member_id": str(member), "points": 10_000}, tenant)
        late = mall.redeem(72 * HOUR)
        mall.redeem(40 * HOUR, member=1)
        mall.collected(mall.redeem(30 * HOUR), 20 * HOUR)
        mall.redeem(5 * HOUR, tenant=B)
        mall.open_case(late, 30 * HOUR)
        mall.open_case(late, 2 * HOUR, "missing", "少了一罐")
        asyncio.run(_hold_back(database_url))
        for place in (0, 1):
            mall.redeem(timedelta(minutes=20 - place), member=place, device="phone-7")
        yield mall


def at_noon() -> datetime:
    """Return the moment at which the pages look."""
    return NOON.astimezone(UTC)
