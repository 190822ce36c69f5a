"""What planners' pages read beyond the literal release, and a real mall that has acorn's plan."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import duckdb
import httpx
import uvicorn

from tests import literal_release as literal
from transactional.access.operations import issue_key, issue_platform_key
from transactional.app import create_app
from transactional.catalogue.operations import NewItem, NewOffer, add_items, add_offers
from transactional.sessions.operations import create_login
from transactional.settings import TransactionalSettings
from transactional.tenants.operations import NewTenant, create_tenant

# The day on which the literal release is looked at; noon in Shanghai.
TODAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
MAIN = UUID("01900000-0000-7000-8000-000000000701")
PASSWORD = "correct horse"
LOGINS = {"zhou.min": "planner", "li.na": "enterprise_viewer", "an.ran": "enterprise_admin"}
_DAYS = ("first_day", "last_day", "order_by", "arrives_on", "need_date")

_TABLES = {
    "dim_holiday": "occasion_id varchar, holiday_date date, name_zh varchar, name_en varchar",
    "dim_warehouse": "tenant_id uuid, warehouse_id uuid, code varchar, name varchar",
    "dim_supplier_terms": "tenant_id uuid, terms_id uuid, item_id uuid, supplier_id uuid, supplier_code varchar, "
    "supplier_name varchar, supplier_status varchar, lead_days integer, min_order_quantity bigint, pack_size bigint, "
    "unit_cost_fen bigint, rank integer, valid_from date, valid_until date",
    "fct_stock_outlook": "tenant_id uuid, item_id uuid, origin_date date, horizon_days bigint, "
    "available_quantity bigint, incoming_quantity bigint, next_arrival_date date, expected_quantity double, "
    "runs_out_date date, cover_days integer, missing_quantity double, supply_days double, outlook varchar",
    "fct_stock_alerts": "tenant_id uuid, alert_id uuid, item_id uuid, warehouse_id uuid, opened_date date, "
    "threshold_quantity bigint, quantity bigint, acknowledged_at timestamptz, is_open boolean",
    "fct_warehouse_stock": "tenant_id uuid, warehouse_id uuid, item_id uuid, quantity bigint",
    "fct_purchase_order_lines": "tenant_id uuid, purchase_order_id uuid, line_no smallint, item_id uuid, "
    "warehouse_id uuid, terms_id uuid, status varchar, expected_on date, outstanding_quantity bigint",
    "fct_forecast_accuracy_by_holiday": "tenant_id uuid, level varchar, occasion_id varchar, holiday_date date, "
    "model varchar, wape double, bias double, coverage_90 double, baseline_wape double, baseline_bias double, "
    "baseline_coverage_90 double, wape_gain double, demand double, n bigint, judged_until date",
    "fct_approved_plan_lines": "tenant_id uuid, plan_id uuid, item_id uuid, warehouse_id uuid, "
    "proposed_quantity bigint, demand_q05 double, demand_q95 double",
    "fct_holiday_plan_scores": "tenant_id uuid, plan_id uuid, item_id uuid, warehouse_id uuid, occasion_id varchar, "
    "first_day date, last_day date, demand double, forecast double, is_inside boolean, quantity bigint, "
    "hindsight_quantity double, lost double, lost_without double, left_over double, cost_fen double, "
    "cost_without_fen double, cost_hindsight_fen double",
}

A, B = literal.ACORN, literal.BIRCH
TEA, RICE, MUG, UMBRELLA = literal.TEA, literal.RICE, literal.MUG, literal.UMBRELLA
_PLAN = UUID(int=0x91)


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    day = date
    return {
        "dim_holiday": [
            ("labour-day", day(2025, 5, 1), "劳动节", "Labour Day"),
            ("dragon-boat", day(2025, 5, 31), "端午节", "Dragon Boat Festival"),
            ("new-year", day(2026, 1, 1), "元旦", "New Year's Day"),
            ("spring-festival", day(2026, 2, 17), "春节", "Spring Festival"),
            ("qingming", day(2026, 4, 5), "清明节", "Qingming"),
            ("labour-day", day(2026, 5, 1), "劳动节", "Labour Day"),
            ("618", day(2026, 6, 18), "618", "618"),
            ("dragon-boat", day(2026, 6, 19), "端午节", "Dragon Boat Festival"),
            ("mid-autumn", day(2026, 9, 25), "中秋节", "Mid-Autumn Festival"),
        ],
        "dim_warehouse": [(A, MAIN, "main", "总仓"), (B, UUID(int=0x72), "east", "East depot")],
        "dim_supplier_terms": [
            (A, UUID(int=0x51), TEA, UUID(int=0x61), "leaf", "叶茂", "active", 7, 12, 6, 500, 1, day(2026, 1, 1), None),
            # Cheaper, but asked second; suspended; no longer valid.
            (A, UUID(int=0x52), TEA, UUID(int=0x62), "late", "迟来", "active", 9, 1, 1, 100, 2, day(2026, 1, 1), None),
            (A, UUID(int=0x53), RICE, UUID(int=0x61), "leaf", "叶茂", "active", 3, 1, 1, 750, 1, day(2026, 1, 1), None),
            (A, UUID(int=0x54), RICE, UUID(int=0x63), "gone", "旧约", "active", 3, 1, 1, 1, 0, day(2025, 1, 1), day(2025, 12, 31)),
            (B, UUID(int=0x55), UMBRELLA, UUID(int=0x64), "rain", "Rain Ltd", "active", 3, 1, 1, 900, 1, day(2026, 1, 1), None),
        ],
        "fct_stock_outlook": [
            (A, TEA, day(2026, 3, 31), 28, 100, 60, day(2026, 4, 9), 180.0, day(2026, 4, 26), 25, 20.0, 24.9, "short"),
            (A, RICE, day(2026, 3, 31), 28, 0, 0, None, 84.0, day(2026, 4, 1), 0, 84.0, 0.0, "out"),
            (A, MUG, day(2026, 3, 31), 28, 900, 0, None, 28.0, None, None, 0.0, 900.0, "over"),
            (B, UMBRELLA, day(2026, 3, 31), 28, 80, 0, None, 60.0, None, None, 0.0, 37.3, "enough"),
        ],
        "fct_stock_alerts": [
            (A, UUID(int=0x81), RICE, None, day(2026, 3, 29), 10, 3, None, True),
            (A, UUID(int=0x82), TEA, MAIN, day(2026, 3, 30), 150, 120, "2026-03-30 10:00:00+08", True),
            (A, UUID(int=0x83), MUG, None, day(2026, 1, 5), 10, 3, None, False),
            (B, UUID(int=0x84), UMBRELLA, None, day(2026, 3, 29), 100, 80, None, True),
        ],
        "fct_warehouse_stock": [(A, MAIN, TEA, 100), (A, MAIN, MUG, 900), (B, UUID(int=0x72), UMBRELLA, 80)],
        "fct_purchase_order_lines": [
            (A, UUID(int=0xA1), 1, TEA, MAIN, UUID(int=0x51), "ordered", day(2026, 3, 30), 60),
            (A, UUID(int=0xA2), 1, TEA, MAIN, UUID(int=0x51), "received", day(2026, 3, 1), 0),
            (B, UUID(int=0xA3), 1, UMBRELLA, UUID(int=0x72), UUID(int=0x55), "ordered", day(2026, 4, 9), 7),
        ],
        "fct_forecast_accuracy_by_holiday": [
            (A, "category", "spring-festival", day(2026, 2, 17), "combination", 0.22, -0.04, 0.86, 0.4, 0.1, 0.8, 0.45, 900.0, 60, day(2026, 3, 31)),
            (A, "category", "new-year", day(2026, 1, 1), "combination", 0.3, 0.02, 0.93, 0.25, 0.1, 0.9, -0.2, 500.0, 20, day(2026, 1, 31)),
            (A, "item", "spring-festival", day(2026, 2, 17), "combination", 0.35, 0.0, 0.9, None, None, None, None, 900.0, 120, day(2026, 3, 31)),
            (B, "category", "spring-festival", day(2026, 2, 17), "seasonal_naive", 0.61, 0.2, 0.5, 0.61, 0.2, 0.5, 0.0, 77.0, 30, day(2026, 3, 31)),
        ],
        "fct_approved_plan_lines": [
            (A, _PLAN, TEA, MAIN, 30, 100.0, 160.0),
            (A, _PLAN, RICE, MAIN, 12, 40.0, 60.0),
            (B, _PLAN, UMBRELLA, UUID(int=0x72), 5, 10.0, 20.0),
        ],
        "fct_holiday_plan_scores": [
            (A, _PLAN, TEA, MAIN, "spring-festival", day(2026, 2, 17), day(2026, 2, 23), 140.0, 130.0, True, 36, 40.0, 4.0, 40.0, 0.0, 2_000.0, 20_000.0, 0.0),
            (A, _PLAN, RICE, MAIN, "spring-festival", day(2026, 2, 17), day(2026, 2, 23), 70.0, 50.0, False, 12, 32.0, 20.0, 32.0, 0.0, 15_000.0, 24_000.0, 0.0),
            (B, _PLAN, UMBRELLA, UUID(int=0x72), "spring-festival", day(2026, 2, 17), day(2026, 2, 23), 15.0, 15.0, True, 5, 5.0, 0.0, 5.0, 0.0, 0.0, 4_444.0, 0.0),
        ],
    }  # fmt: skip


def add_planning(connection: duckdb.DuckDBPyConnection) -> None:
    """Add what planners' pages read to the literal release; birch has a plan of its own, too."""
    rows = _rows()
    for table, columns in _TABLES.items():
        connection.execute(f"create table marts.{table} ({columns})")
        marks = ", ".join("?" for _ in rows[table][0])
        connection.executemany(f"insert into marts.{table} values ({marks})", rows[table])
    for table in ("fct_holiday_plans", "fct_holiday_plan_lines"):
        connection.execute(
            f"insert into marts.{table} select * replace ('{B}'::uuid as tenant_id) from marts.{table} "
            f"where tenant_id = '{A}' and occasion_id = 'labour-day' limit 1"
        )
    connection.execute(
        f"update marts.fct_holiday_plan_lines set item_id = '{UMBRELLA}', warehouse_id = '{UUID(int=0x72)}' "
        f"where tenant_id = '{B}'"
    )
    # Planners look at categories first where the whole mall is not forecast; tests that have it add it themselves.
    connection.execute("delete from marts.fct_demand_forecasts where level = 'tenant'")


def move_plans(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    """Move the plans of the release, and the Labour Day they are for, from `TODAY` to as far from another day."""
    days = (today - TODAY).days
    for table, columns in (
        ("fct_holiday_plans", ("first_day", "last_day", "as_of_date", "first_order_by")),
        ("fct_holiday_plan_lines", (*_DAYS, "as_of_date")),
    ):
        moved = ", ".join(f"{name} = {name} + {days}" for name in columns)
        connection.execute(f"update marts.{table} set {moved}")
    connection.execute(
        f"update marts.dim_holiday set holiday_date = holiday_date + {days} where occasion_id = 'labour-day'"
    )


def plan_lines(today: date = TODAY) -> list[dict[str, Any]]:
    """Acorn's plan for Labour Day as the pipeline writes it back: tea in packs, no rice, which comes too late."""
    days = today - TODAY
    return [
        line | {name: str(date.fromisoformat(line[name]) + days) for name in _DAYS if line[name]}
        for line in _plan_lines()
    ]


def _plan_lines() -> list[dict[str, Any]]:
    told = {
        "warehouse_id": str(MAIN), "confidence": "high", "occasion_id": "labour-day", "first_day": "2026-05-01",
        "last_day": "2026-05-05",
    }  # fmt: skip
    return [
        {
            **told, "item_id": str(TEA), "quantity": 60, "order_by": "2026-04-10", "arrives_on": "2026-04-17",
            "need_date": "2026-04-20", "is_too_late": False, "wish_quantity": 70, "order_up_to": 570,
            "cuts": [{"reason": "pack", "quantity": -10}], "risk_without": 0.7, "risk_with": 0.1,
            "cost_without_fen": 60_000, "cost_with_fen": 5_000, "demand_mean": 540, "demand_q05": 470,
            "demand_q50": 538, "demand_q95": 620,
        },
        {
            **told, "item_id": str(RICE), "quantity": 0, "order_by": None, "arrives_on": None,
            "need_date": "2026-04-02", "is_too_late": True, "wish_quantity": 40, "order_up_to": 40,
            "cuts": [{"reason": "too_late", "quantity": -40}], "risk_without": 0.9, "risk_with": 0.9,
            "cost_without_fen": 30_000, "cost_with_fen": 30_000, "demand_mean": 100, "demand_q05": 60,
            "demand_q50": 95, "demand_q95": 150,
        },
    ]  # fmt: skip


async def _fill(url: str) -> tuple[str, str]:
    """Make acorn with tea and rice, a warehouse and logins; return its key and the pipeline's."""
    owner = await asyncpg.connect(url)
    try:
        made = await create_tenant(owner, NewTenant("acorn", literal.ACORN_NAME, "bank"))
        # The literal release knows the tenant and its items by ids of its own.
        await owner.execute("delete from mall.program")
        await owner.execute("delete from mall.account")
        await owner.execute("update mall.tenant set tenant_id = $1 where tenant_id = $2", A, made)
        names = {"tea": TEA, "rice": RICE}
        items = await add_items(owner, [NewItem(n, n, literal.FOOD, "physical", "staple") for n in names])
        for name, item_id in names.items():
            await owner.execute("update mall.item set item_id = $1 where item_id = $2", item_id, items[name])
        long_ago = NOON - timedelta(days=90)
        offers = [NewOffer(item_id, 100, "shipping", long_ago, long_ago) for item_id in names.values()]
        await add_offers(owner, tenant_id=A, offers=offers)
        for username, role in LOGINS.items():
            await create_login(owner, tenant_id=A, username=username, password=PASSWORD, role=role)
        key = await issue_key(owner, tenant_id=A, label="tests")
        return key, await issue_platform_key(owner, scope="write_back", label="tests")
    finally:
        await owner.close()


async def _set_up(url: str, warehouse_id: str) -> None:
    """Give the warehouse the id that the plan names, and let the supplier be from before gates were kept."""
    owner = await asyncpg.connect(url)
    await owner.execute("update mall.supplier set is_gated = false")
    await owner.execute(
        "update mall.warehouse set warehouse_id = $1 where warehouse_id = $2", MAIN, UUID(warehouse_id)
    )
    await owner.close()


class Mall:
    """A running mall that has acorn's plan, with its address and clients."""

    def __init__(self, url: str, key: str, pipeline_key: str) -> None:
        self.url = url
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30
        )
        self._pipeline = {"Authorization": f"Bearer {pipeline_key}"}

    def token(self, username: str = "zhou.min") -> str:
        """Return the session of a login."""
        body = {"tenant_code": "acorn", "username": username, "password": PASSWORD}
        token: str = self.client.post("/v1/sessions", json=body).json()["token"]
        return token

    def plan(self) -> dict[str, Any]:
        """Return the one plan."""
        (plan,) = self.client.get("/v1/holiday-plans").json()["plans"]
        return dict(plan)

    def orders(self) -> list[dict[str, Any]]:
        """Return all purchase orders."""
        return list(self.client.get("/v1/purchase-orders").json()["purchase_orders"])

    def edit(self, quantity: int, by: str = "wang.wu") -> None:
        """Make the tea of the plan another quantity, as somebody else does."""
        line = {"item_id": str(TEA), "warehouse_id": str(MAIN), "quantity": quantity}
        url = f"/v1/holiday-plans/{self.plan()['plan_id']}/lines"
        assert self.client.patch(url, json={"lines": [line], "edited_by": by}).status_code == 200

    def write_plan(self, today: date) -> None:
        """Write the plan back as the pipeline does."""
        as_of = str(today - timedelta(days=1))
        body = {"release_id": "20260401T020000Z-0123abcd", "as_of_date": as_of, "is_last": True}
        answer = self.client.put(
            f"/v1/write-back/{A}/holiday-plans",
            json=body | {"items": plan_lines(today)},
            headers=self._pipeline,
        )
        assert answer.status_code == 200, answer.text


@contextmanager
def running_planned_mall(database_url: str, secret: str, today: date = TODAY) -> Iterator[Mall]:
    """Serve a whole mall in a thread at noon of a day; sessions are of the real time."""
    key, pipeline_key = asyncio.run(_fill(database_url))
    app = create_app(TransactionalSettings(database_url=database_url, session_secret=secret))  # type: ignore[arg-type]
    noon = datetime.combine(today, NOON.timetz())
    app.state.clock = lambda: noon
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline, "the mall did not start"
            time.sleep(0.02)
        mall = Mall(f"http://127.0.0.1:{port}", key, pipeline_key)
        with mall.client:
            body = {"code": "main", "name": "总仓", "region": "华东"}
            warehouse = mall.client.post("/v1/warehouses", json=body).json()
            supplier = mall.client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂"}).json()
            asyncio.run(_set_up(database_url, warehouse["warehouse_id"]))
            for item, cost, pack, least in ((TEA, 500, 6, 12), (RICE, 750, 1, 1)):
                terms = {
                    "item_id": str(item), "lead_time_days": 7, "worst_lead_time_days": 9, "unit_cost_fen": cost,
                    "pack_size": pack, "min_order_quantity": least,
                }  # fmt: skip
                answer = mall.client.post(f"/v1/suppliers/{supplier['supplier_id']}/terms", json=terms)
                assert answer.status_code == 201, answer.text
            mall.write_plan(today)
            yield mall
    finally:
        server.should_exit = True
        thread.join()
