"""Real threads over two server processes: receipts, reservations and redemptions of one item at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import asyncpg
import httpx
import pytest

from tests.transactional.conftest import open_shop
from tests.transactional.crashing.victims import Server
from tests.transactional.procurement.conftest import admit
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify
from transactional.warehouses.settling import settle

TEA = {"lead_time_days": 1, "worst_lead_time_days": 1, "unit_cost_fen": 100, "valid_from": "2026-01-01"}


class House:
    """Two servers on one database, and a shop with 10 pieces of tea and an order of 60 on its way."""

    def __init__(self, database_url, servers) -> None:
        self.database_url, self.urls = database_url, [server.url for server in servers]
        self.shop = self.run(open_shop)
        self.run(self._login)
        tea = str(self.shop.tea)
        self.told("/v1/warehouses", {"code": "main", "name": "总仓", "region": "华东"})
        supplier = self.told("/v1/suppliers", {"code": "leaf", "name": "叶茂"})["supplier_id"]
        self.told(f"/v1/suppliers/{supplier}/terms", {"item_id": tea, **TEA})
        self.run(admit)
        body = {
            "reference": "po", "supplier_id": supplier, "lines": [{"item_id": tea, "quantity": 60}], "created_by": "w",
        }  # fmt: skip
        self.order = self.told("/v1/purchase-orders", body)["purchase_order_id"]
        for move in ("approve", "order"):
            self.told(f"/v1/purchase-orders/{self.order}/moves", {"move": move, "by": "li.na"})
        self.told("/v1/points/earn", {"member_id": str(self.shop.member), "points": 1_000_000}, "e1")

    def run(self, do):
        async def connected():
            connection = await asyncpg.connect(self.database_url)
            try:
                return await do(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())

    async def _login(self, connection):
        await connection.execute(
            "insert into mall.login (tenant_id, username, password_hash, role) values ($1, 'li.na', 'x', 'planner')",
            self.shop.tenant_id,
        )

    def ask(self, path, body, key="-", number=0):
        with httpx.Client(trust_env=False, timeout=60) as client:
            headers = {"Authorization": f"Bearer {self.shop.key}", "Idempotency-Key": key}
            return client.post(self.urls[number % 2] + path, json=body, headers=headers)

    def told(self, path, body, key="-"):
        answer = self.ask(path, body, key)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def storm(self, requests):
        """Send (path, body, key) requests at once, each from a thread."""
        barrier = Barrier(len(requests))

        def one(number):
            barrier.wait()
            return self.ask(*requests[number], number)

        with ThreadPoolExecutor(len(requests)) as threads:
            return list(threads.map(one, range(len(requests))))


@pytest.fixture
def house(database_url, tmp_path):
    servers = [Server(database_url, tmp_path / f"{number}.log") for number in range(2)]
    try:
        for server in servers:
            server.start()
        yield House(database_url, servers)
    finally:
        for server in servers:
            server.stop()


def test_reserved_pieces_are_never_sold_whatever_comes_and_goes(house):
    shop, tea = house.shop, str(house.shop.tea)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    def redemption(number):
        body = {"member_id": str(shop.member), "lines": [{"item_id": tea, "quantity": 1}]}
        return "/v1/redemptions", body, f"r{number}"

    def reservation(number):
        body = {
            "reference": f"v{number}", "item_id": tea, "purpose": "campaign", "quantity": 3, "expires_at": later,
            "reserved_by": "li.na",
        }  # fmt: skip
        return "/v1/reservations", body, "-"

    def receipt(number):
        # Each delivery note is sent twice at once.
        body = {
            "reference": f"dn-{number // 2}", "received_by": "zhao", "batches": [{"line_no": 1, "quantity": 5}],
        }  # fmt: skip
        return f"/v1/purchase-orders/{house.order}/receipts", body, "-"

    requests = (
        [redemption(n) for n in range(60)]
        + [reservation(n) for n in range(10)]
        + [receipt(n) for n in range(24)]
    )
    # In turns, so that all kinds meet.
    answers = house.storm(sorted(requests, key=lambda request: hash(str(request))))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    counts = {
        path: sum(answer.status_code == 201 for answer in answers if answer.request.url.path == path)
        for path in ("/v1/redemptions", "/v1/reservations", f"/v1/purchase-orders/{house.order}/receipts")
    }
    sold, reserved, booked = counts.values()
    assert booked == 12

    async def look(connection):
        await seal(connection)
        await verify(connection)
        stock = await connection.fetchrow(
            "select on_hand, allotted from mall.stock where item_id = $1", house.shop.tea
        )
        kept = await connection.fetchval(
            "select sum(left_count) from mall.reservation where released_at is null"
        )
        await settle(connection, [(house.shop.tenant_id, house.shop.tea)], now=datetime.now(UTC))
        lying = await connection.fetchval(
            "select sum(quantity) from mall.warehouse_stock where item_id = $1", house.shop.tea
        )
        status = await connection.fetchval("select status from mall.purchase_order")
        return stock["on_hand"], stock["allotted"], kept or 0, lying, status

    on_hand, allotted, kept, lying, status = house.run(look)
    assert on_hand + allotted == 10 + 60 - sold == lying
    assert allotted == kept == 3 * reserved
    assert status == "received"
