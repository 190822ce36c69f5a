"""120 real threads at once, over two server processes, on one hold, one refund, one pool of codes, one redemption."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import asyncpg
import httpx
import pytest

from tests.transactional.conftest import NOON, open_shop
from tests.transactional.crashing.victims import Server
from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify

THREADS = 120


class Mall:
    """Two servers on one database, and a shop with plenty of tea and pots and no cards."""

    def __init__(self, database_url, servers) -> None:
        self.database_url, self.urls = database_url, [server.url for server in servers]
        self.shop = asyncio.run(self._open())
        self._storms = 0

    async def _open(self):
        connection = await asyncpg.connect(self.database_url)
        try:
            shop = await open_shop(connection)
            receipts = [StockReceipt(item, 500, "more", NOON) for item in (shop.tea, shop.pot)]
            await receive_stock(connection, tenant_id=shop.tenant_id, receipts=receipts)
            await connection.execute("delete from mall.stock_movement where item_id = $1", shop.card)
            await connection.execute("update mall.stock set on_hand = 0 where item_id = $1", shop.card)
            return shop
        finally:
            await connection.close()

    def ask(self, path, body, key, number=0, method="POST"):
        with httpx.Client(trust_env=False, timeout=60) as client:
            return client.request(
                method,
                self.urls[number % len(self.urls)] + path,
                json=body,
                headers={"Authorization": f"Bearer {self.shop.key}", "Idempotency-Key": key},
            )

    def told(self, path, body, key):
        answer = self.ask(path, body, key)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def storm(self, requests):
        """Send (path, body) requests, or (path, body, method), at once, each from a thread with a key of its own."""
        self._storms += 1
        barrier = Barrier(len(requests))

        def one(number):
            path, body, *method = requests[number]
            barrier.wait()
            return self.ask(path, body, f"storm-{self._storms}-{number}", number, *method)

        with ThreadPoolExecutor(len(requests)) as threads:
            return list(threads.map(one, range(len(requests))))

    def balance(self):
        url = f"{self.urls[0]}/v1/members/{self.shop.member}/balance"
        headers = {"Authorization": f"Bearer {self.shop.key}"}
        told = httpx.get(url, headers=headers, trust_env=False).json()
        return told["available"], told["held"], told["spent"]

    def value(self, query):
        async def fetch():
            connection = await asyncpg.connect(self.database_url)
            try:
                return await connection.fetchval(query)
            finally:
                await connection.close()

        return asyncio.run(fetch())

    def require_agreement(self):
        """Seal and verify the chain, and with it that everything derived is what the entries say."""

        async def check():
            connection = await asyncpg.connect(self.database_url)
            try:
                await seal(connection)
                await verify(connection)
            finally:
                await connection.close()

        asyncio.run(check())


@pytest.fixture
def mall(database_url, tmp_path):
    servers = [Server(database_url, tmp_path / f"{number}.log") for number in range(2)]
    try:
        for server in servers:
            server.start()
        yield Mall(database_url, servers)
    finally:
        for server in servers:
            server.stop()


def slugs(answers):
    """Count answers by status or, if refused, by the refusal."""
    return Counter(
        a.json()["type"].rsplit(":", 1)[-1] if a.status_code >= 400 else a.status_code for a in answers
    )


def redeem(mall, item, quantity):
    return {"member_id": str(mall.shop.member), "lines": [{"item_id": str(item), "quantity": quantity}]}


def test_threads_meet_on_one_hold_one_refund_one_pool_and_one_redemption(mall):
    shop = mall.shop
    mall.told("/v1/points/earn", {"member_id": str(shop.member), "points": 100_000}, "e")
    _meet_on_one_hold(mall)
    _meet_on_one_refund(mall)
    _meet_on_one_pool(mall)
    _meet_on_the_end_of_one_redemption(mall)
    _meet_on_one_budget(mall)
    _meet_on_drafts(mall)
    mall.require_agreement()


def _meet_on_one_budget(mall):
    """Earnings and redemptions of two members at once, one campaign for both: not one point too many."""
    now = datetime.now(UTC)
    body = {
        "reference": "storm", "kind": "festival", "name_zh": "节", "name_en": "fair", "created_by": "ops",
        "starts_at": (now - timedelta(days=1)).isoformat(), "ends_at": (now + timedelta(days=1)).isoformat(),
        "earning": {"numerator": 2}, "items": [{"item_id": str(mall.shop.tea), "price_points": 93}],
        "budget_points": 207,
    }  # fmt: skip
    campaign = mall.told("/v1/campaigns", body, "c")["campaign_id"]
    mall.told(f"/v1/campaigns/{campaign}/approval", {"approved_by": "boss", "if_revision": 0}, "a")
    members = [str(mall.shop.member), str(mall.shop.other_member)]
    asked = [("/v1/points/earn", {"member_id": members[n % 2], "points": 7}) for n in range(THREADS // 2)]
    asked += [("/v1/redemptions", redeem(mall, mall.shop.tea, 1)) for _ in range(THREADS // 2)]
    told = [answer.json() for answer in mall.storm(asked)]
    # Each of them costs the campaign 7 points; 29 times 7 are 203, and the rest of 4 covers none.
    given = sum(one["campaign"]["extra_points"] for one in told if "campaign" in one)
    given += sum(100 - one["points"] for one in told if "lines" in one)
    assert given == 203
    assert mall.value("select used_points from mall.campaign") == 203
    assert mall.value("select sum(points)::int from mall.campaign_use") == 203
    assert mall.value("select sum(used_points)::int from mall.campaign_member") == 203


def _meet_on_drafts(mall):
    """Of all that edit and approve a draft that they saw as it was drafted, one does; nobody approves the unseen."""
    drafts, path = [], "/v1/campaigns"
    for n in range(THREADS // 10):
        body = {
            "reference": f"race-{n}", "kind": "member_day", "name_zh": "日", "name_en": "day", "created_by": "ops",
            "starts_at": "2099-01-01T00:00:00+08:00", "ends_at": "2099-01-02T00:00:00+08:00",
            "earning": {"numerator": 2}, "budget_points": 1,
        }  # fmt: skip
        drafts.append(mall.told(path, body, f"d{n}")["campaign_id"])
    asked = [
        request
        for turn in range(2, 7)
        for draft in drafts
        for request in (
            (f"{path}/{draft}", {"budget_points": turn, "edited_by": "li.na", "if_revision": 0}, "PATCH"),
            (f"{path}/{draft}/approval", {"approved_by": "boss", "if_revision": 0}),
        )
    ]
    answers = mall.storm(asked)
    for draft in drafts:
        of_it = [answer for answer in answers if f"/{draft}" in answer.request.url.path]
        (won,) = [answer.json() for answer in of_it if answer.status_code == 200]
        left = mall.ask(f"{path}/{draft}", None, "-", method="GET").json()
        assert left == won
        if won["status"] == "approved":
            assert (won["budget_points"], won["revision"]) == (1, 0)
            assert slugs(of_it) == {200: 1, "campaign-not-draft": 9}
        else:
            assert (won["status"], won["revision"]) == ("draft", 1)
            assert won["budget_points"] > 1
            assert slugs(of_it) == {200: 1, "campaign-changed": 9}


def _meet_on_one_hold(mall):
    """One of all that capture or release a hold resolves it; the others are told which it was."""
    hold = mall.told("/v1/holds", {"member_id": str(mall.shop.member), "points": 300}, "h")
    url = f"/v1/holds/{hold['hold_id']}"
    answers = mall.storm(
        [(f"{url}/capture", {"points": 100}), (f"{url}/release", {}), (f"{url}/capture", {})] * (THREADS // 3)
    )
    counted = slugs(answers)
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    refusal = f"hold-already-{won['status']}"
    assert counted == {200: 1, refusal: THREADS - 1}
    taken = won["captured_points"]
    assert taken in (0, 100, 300)
    assert mall.balance() == (100_000 - taken, 0, taken)
    # What is left is taken by another hold, so that the rest of the test counts from a round number.
    rest = mall.told("/v1/holds", {"member_id": str(mall.shop.member), "points": 10_000 - taken}, "h2")
    mall.told(f"/v1/holds/{rest['hold_id']}/capture", {}, "c2")
    assert mall.balance() == (90_000, 0, 10_000)


def _meet_on_one_refund(mall):
    """Thirty pieces can be refunded thirty times, and a whole redemption once."""
    order = mall.told("/v1/redemptions", redeem(mall, mall.shop.tea, 30), "r1")
    url = f"/v1/redemptions/{order['redemption_id']}/refunds"
    part = {"lines": [{"line_no": 1, "quantity": 1}], "restock": True, "reason": "broken"}
    answers = mall.storm([(url, part)] * THREADS)
    assert slugs(answers) == {200: 30, "illegal-move": THREADS - 30}
    assert sum(a.json()["returned_points"] for a in answers if a.status_code == 200) == 3_000
    order = mall.told("/v1/redemptions", redeem(mall, mall.shop.tea, 7), "r2")
    answers = mall.storm([(f"/v1/redemptions/{order['redemption_id']}/refunds", {"reason": "all"})] * THREADS)
    assert slugs(answers) == {200: 1, "illegal-move": THREADS - 1}
    assert mall.balance() == (90_000, 0, 10_000)
    assert mall.value(f"select on_hand from mall.stock where item_id = '{mall.shop.tea}'") == 510 - 7


def _meet_on_one_pool(mall):
    """Codes are added, some of them many times, while others are issued: each goes to one redemption."""
    pool = f"/v1/offers/{mall.shop.card}/codes"
    first = {"codes": [f"CODE-{number}" for number in range(5)]}
    assert mall.told(pool, first, "pool") == {"imported": 5, "known": 0}
    adding = [(pool, {"codes": [f"CODE-{n}", f"CODE-{n + 1}"]}) for n in range(10, 30)]
    buying = [("/v1/redemptions", redeem(mall, mall.shop.card, 1))] * (THREADS - len(adding))
    mixed = [request for pair in zip(adding, buying, strict=False) for request in pair] + buying[
        len(adding) :
    ]
    answers = mall.storm(mixed)
    added = sum(a.json()["imported"] for a in answers if a.status_code == 201 and "imported" in a.json())
    assert added == 21
    issued = [c["code"] for a in answers if a.status_code == 201 for c in a.json().get("codes", ())]
    assert len(issued) == len(set(issued))
    assert set(issued) <= {f"CODE-{n}" for n in [*range(5), *range(10, 31)]}
    assert 5 <= len(issued) <= 26
    refused = slugs([a for a in answers if a.status_code >= 400])
    assert refused == {"out-of-stock": len(buying) - len(issued)}
    free = (
        f"select count(*) from mall.voucher_code where redemption_id is null and item_id = '{mall.shop.card}'"
    )
    left = f"select on_hand from mall.stock where item_id = '{mall.shop.card}'"
    assert mall.value(free) == mall.value(left) == 26 - len(issued)
    # What was left is issued next, and then there is no more.
    answers = mall.storm([("/v1/redemptions", redeem(mall, mall.shop.card, 1))] * THREADS)
    issued += [c["code"] for a in answers if a.status_code == 201 for c in a.json()["codes"]]
    assert sorted(issued) == sorted(f"CODE-{n}" for n in [*range(5), *range(10, 31)])
    assert mall.balance() == (90_000 - 26 * 500, 0, 10_000 + 26 * 500)


def _meet_on_the_end_of_one_redemption(mall):
    """A redemption that is cancelled, refunded and shipped at once ends in one of these ways."""
    before = mall.balance()
    order = mall.told("/v1/redemptions", redeem(mall, mall.shop.pot, 2), "r3")
    assert order["status"] == "allocated"
    url = f"/v1/redemptions/{order['redemption_id']}"
    answers = mall.storm(
        [
            (f"{url}/cancellation", {"reason": "changed my mind"}),
            (f"{url}/refunds", {"reason": "broken"}),
            (f"{url}/progress", {"move": "ship"}),
        ]
        * (THREADS // 3)
    )
    done = [a.json()["status"] for a in answers if a.status_code == 200]
    assert done in (["cancelled"], ["refunded"]) or sorted(done) == ["refunded", "shipped"]
    assert slugs(answers)["illegal-move"] == THREADS - len(done)
    assert mall.balance() == before
