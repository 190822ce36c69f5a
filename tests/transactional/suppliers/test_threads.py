"""Real threads: members redeem while an authorisation is found to be forged."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from threading import Thread

import asyncpg
import httpx
import pytest

from tests.transactional.conftest import open_shop
from tests.transactional.crashing.victims import Server

_MEMBERS = 4


class House:
    """A server and a shop that sells tea under an authorisation."""

    def __init__(self, database_url: str, server: Server) -> None:
        self.database_url, self.server = database_url, server
        self.shop = self.run(open_shop)
        self.headers = {"Authorization": f"Bearer {self.shop.key}"}
        self.brand = self.run(self._set_up)
        today = datetime.now(UTC).date()
        document = {
            "kind": "brand_authorisation", "number": "n", "brand_id": str(self.brand), "level": 1,
            "issued_on": str(today - timedelta(days=9)), "expires_on": str(today + timedelta(days=9)),
            "file_url": "https://files.example.com/1.pdf", "file_sha256": "a" * 64, "handed_in_by": "chen",
        }  # fmt: skip
        supplier = self.told("/v1/suppliers", {"code": "leaf", "name": "叶茂"})["supplier_id"]
        self.run(lambda owner: owner.execute("update mall.supplier set is_gated = false"))
        made = self.told(f"/v1/suppliers/{supplier}/documents", document)["document_id"]
        self.document = f"/v1/suppliers/{supplier}/documents/{made}"
        self.told(f"{self.document}/verification", {"verified_by": "li.na"})
        demand = {"is_demanded": True, "changed_by": "li.na"}
        with httpx.Client(base_url=server.url, headers=self.headers, trust_env=False) as client:
            assert client.put(f"/v1/brand-demands/{self.brand}", json=demand).json()["is_covered"]
        self.told("/v1/points/earn", {"member_id": str(self.shop.member), "points": 100_000_000}, "e1")

    def run(self, do):
        async def connected():
            connection = await asyncpg.connect(self.database_url)
            try:
                return await do(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())

    async def _set_up(self, owner):
        await owner.execute("update mall.stock set on_hand = 1000000 where item_id = $1", self.shop.tea)
        brand = await owner.fetchval(
            "insert into mall.brand (code, name_zh, name_en) values ('leaf', '叶', 'Leaf') returning brand_id"
        )
        await owner.execute("update mall.item set brand_id = $2 where item_id = $1", self.shop.tea, brand)
        return brand

    def told(self, path, body, key="-"):
        headers = self.headers | {"Idempotency-Key": key}
        answer = httpx.post(self.server.url + path, json=body, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code < 300, answer.text
        return answer.json()


@pytest.fixture
def house(database_url, tmp_path):
    server = Server(database_url, tmp_path / "server.log")
    try:
        server.start()
        yield House(database_url, server)
    finally:
        server.stop()


def test_no_redemption_is_taken_once_the_forgery_was_told(house):
    taken: list[tuple[float, float, int]] = []
    is_over = False

    def redeem(worker: int) -> None:
        body = {
            "member_id": str(house.shop.member),
            "lines": [{"item_id": str(house.shop.tea), "quantity": 1}],
        }
        with httpx.Client(base_url=house.server.url, trust_env=False, timeout=60) as client:
            for number in range(100_000):
                if is_over:
                    return
                begun = time.monotonic()
                headers = house.headers | {"Idempotency-Key": f"r{worker}-{number}"}
                answer = client.post("/v1/redemptions", json=body, headers=headers)
                taken.append((begun, time.monotonic(), answer.status_code))

    def wait_until(is_so) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    threads = [Thread(target=redeem, args=(worker,)) for worker in range(_MEMBERS)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(taken) >= 5 * _MEMBERS)
        rejection = {"rejected_by": "li.na", "reason": "伪造", "is_forged": True}
        rejected_from = time.monotonic()
        house.told(f"{house.document}/rejection", rejection)
        rejected_at = time.monotonic()
        wait_until(lambda: sum(begun > rejected_at for begun, _, _ in taken) >= 5 * _MEMBERS)
    finally:
        is_over = True
        for thread in threads:
            thread.join()
    assert {status for _, ended, status in taken if ended < rejected_from} == {201}
    assert {status for begun, _, status in taken if begun > rejected_at} == {409}
    kept = house.run(lambda owner: owner.fetchval("select count(*) from mall.redemption"))
    assert kept == sum(status == 201 for _, _, status in taken)
