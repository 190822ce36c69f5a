"""Flash sales over HTTP and their stock."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.flash_sales.operations import close_sale
from transactional.flash_sales.queries import sales_to_close

HOUR = timedelta(hours=1)


def terms(shop, **changed) -> dict:
    return {
        "reference": "double-11",
        "item_id": str(shop.tea),
        "price_points": 60,
        "starts_at": NOON.isoformat(),
        "ends_at": (NOON + HOUR).isoformat(),
        "allotted": 6,
        "member_limit": 2,
        **changed,
    }


async def opened(client, shop, **changed) -> dict:
    answer = await client.post("/v1/flash-sales", json=terms(shop, **changed))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def shelf(owner, item_id) -> tuple[int, int]:
    """What is on hand of an item and what is set aside."""
    return tuple(await owner.fetchrow("select on_hand, allotted from mall.stock where item_id = $1", item_id))


async def as_api(database_url: str, tenant_id: UUID, statement: str) -> None:
    """Execute a statement with the rights of the service that answers the public."""
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        async with connection.transaction():
            await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_sale_sets_its_pieces_aside_and_closing_puts_the_rest_back(client, shop, owner):
    sale = await opened(client, shop)
    assert (sale["status"], sale["left_count"], sale["item_name"]) == ("open", 6, "tea")
    assert await shelf(owner, shop.tea) == (4, 6)
    # Two pieces are sold, as the engine does it.
    await owner.execute("update mall.flash_sale set left_count = 4")
    await owner.execute("update mall.stock set allotted = 4 where item_id = $1", shop.tea)
    closed = (await client.post(f"/v1/flash-sales/{sale['sale_id']}/close")).json()
    assert (closed["status"], closed["left_count"]) == ("closed", 4)
    assert await shelf(owner, shop.tea) == (8, 0)
    again = await client.post(f"/v1/flash-sales/{sale['sale_id']}/close")
    assert (again.status_code, again.json()) == (200, closed)
    assert await shelf(owner, shop.tea) == (8, 0)


async def test_pieces_set_aside_are_not_to_be_had_otherwise(client, shop):
    await opened(client, shop, allotted=9)
    await client.earn(shop.member, 1000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.tea, 2))).status_code == 409
    assert (await client.redeem(shop.member, "r2", (shop.tea, 1))).status_code == 201


async def test_a_retry_opens_no_second_sale(client, shop, owner, clock):
    first = await opened(client, shop, starts_at=None)
    clock.now += HOUR / 2
    again = await client.post("/v1/flash-sales", json=terms(shop, starts_at=None))
    assert (again.status_code, again.json()) == (200, first)
    other = await client.post("/v1/flash-sales", json=terms(shop, starts_at=None, price_points=61))
    assert (other.status_code, other.json()["sale_id"]) == (409, first["sale_id"])
    assert await shelf(owner, shop.tea) == (4, 6)


async def test_a_dry_run_answers_and_changes_nothing(client, shop, owner):
    tried = await client.post("/v1/flash-sales?dry_run=true", json=terms(shop))
    assert (tried.status_code, tried.json()["left_count"]) == (201, 6)
    assert await shelf(owner, shop.tea) == (10, 0)
    sale = await opened(client, shop)
    closing = await client.post(f"/v1/flash-sales/{sale['sale_id']}/close?dry_run=true")
    assert closing.json()["status"] == "closed"
    assert (await client.get(f"/v1/flash-sales/{sale['sale_id']}")).json()["status"] == "open"


@pytest.mark.parametrize(
    ("changed", "status", "kind"),
    [
        ({"allotted": 11}, 409, "out-of-stock"),
        ({"item_id": str(uuid4())}, 404, "unknown-offer"),
        ({"ends_at": NOON.isoformat()}, 422, "invalid-request"),
        ({"starts_at": (NOON - 2 * HOUR).isoformat(), "ends_at": NOON.isoformat()}, 422, "invalid-request"),
        ({"allotted": 0}, 422, "invalid-request"),
        ({"member_limit": 0}, 422, "invalid-request"),
        ({"price_points": 0}, 422, "invalid-request"),
    ],
)
async def test_a_sale_that_cannot_be_kept_is_refused(client, shop, owner, changed, status, kind):
    answer = await client.post("/v1/flash-sales", json=terms(shop, **changed))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:pointmart:problem:{kind}")
    assert await shelf(owner, shop.tea) == (10, 0)
    assert await owner.fetchval("select count(*) from mall.flash_sale") == 0


async def test_the_status_follows_the_window_and_what_is_left(client, shop, owner, clock):
    sale = await opened(client, shop, starts_at=(NOON + HOUR / 2).isoformat())

    async def status():
        return (await client.get(f"/v1/flash-sales/{sale['sale_id']}")).json()["status"]

    assert await status() == "scheduled"
    clock.now = NOON + HOUR / 2
    assert await status() == "open"
    await owner.execute("update mall.flash_sale set left_count = 0")
    assert await status() == "sold_out"
    clock.now = NOON + HOUR
    assert await status() == "over"


async def test_sales_are_listed_in_pages(client, shop, clock):
    ids = []
    for number in range(3):
        clock.now += HOUR / 60
        ids.append((await opened(client, shop, reference=f"s{number}", allotted=1))["sale_id"])
    first = (await client.get("/v1/flash-sales?limit=2")).json()
    assert ([s["sale_id"] for s in first["sales"]], first["next_after"]) == (ids[:2], ids[1])
    second = (await client.get(f"/v1/flash-sales?limit=2&after={ids[1]}")).json()
    assert ([s["sale_id"] for s in second["sales"]], second["next_after"]) == (ids[2:], None)


async def test_sales_that_are_over_are_found_until_they_are_closed(client, shop, owner):
    sale = UUID((await opened(client, shop))["sale_id"])
    assert await sales_to_close(owner, now=NOON + HOUR - timedelta(seconds=1)) == []
    assert await sales_to_close(owner, now=NOON + HOUR) == [(shop.tenant_id, sale)]
    await owner.execute("set role pointmart_committer")
    assert await close_sale(owner, tenant_id=shop.tenant_id, sale_id=sale, now=NOON + HOUR) == 6
    assert await close_sale(owner, tenant_id=shop.tenant_id, sale_id=sale, now=NOON + HOUR) == 0
    await owner.execute("reset role")
    assert await sales_to_close(owner, now=NOON + HOUR) == []


async def test_opening_closing_receiving_and_redeeming_at_once_lose_no_piece(
    client, shop, owner, database_url
):
    await client.earn(shop.member, 10_000, "e1")

    async def open_and_close(number: int) -> None:
        answer = await client.post("/v1/flash-sales", json=terms(shop, reference=f"s{number}", allotted=2))
        if answer.status_code == 201:
            closing = await client.post(f"/v1/flash-sales/{answer.json()['sale_id']}/close")
            assert closing.status_code == 200

    async def receive(number: int) -> None:
        connection = await asyncpg.connect(database_url)
        try:
            receipts = [StockReceipt(item, 1, f"d{number}", NOON) for item in (shop.tea, shop.pot)]
            await receive_stock(connection, tenant_id=shop.tenant_id, receipts=receipts)
        finally:
            await connection.close()

    redeemed = [client.redeem(shop.member, f"r{n}", (shop.tea, 1), (shop.pot, 1)) for n in range(10)]
    answers = await asyncio.gather(
        *redeemed, *(open_and_close(n) for n in range(20)), *(receive(n) for n in range(10))
    )
    taken = sum(1 for answer in answers[:10] if answer.status_code == 201)
    assert all(answer.status_code in (201, 409) for answer in answers[:10])
    assert await shelf(owner, shop.tea) == (10 + 10 - taken, 0)
    assert await shelf(owner, shop.pot) == (1 + 10 - taken, 0)


async def test_one_reference_sent_at_once_opens_one_sale(client, shop, owner):
    answers = await asyncio.gather(*(client.post("/v1/flash-sales", json=terms(shop)) for _ in range(8)))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert await shelf(owner, shop.tea) == (4, 6)


async def test_another_tenants_key_finds_no_sale(app, client, shop, owner):
    sale = await opened(client, shop)
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await foreign.get(f"/v1/flash-sales/{sale['sale_id']}")).status_code == 404
        assert (await foreign.post(f"/v1/flash-sales/{sale['sale_id']}/close")).status_code == 404
        assert (await foreign.get("/v1/flash-sales")).json()["sales"] == []
        assert (await foreign.post("/v1/flash-sales", json=terms(shop))).status_code == 404
    assert await shelf(owner, shop.tea) == (4, 6)


@pytest.mark.parametrize(
    "forbidden",
    [
        "update mall.flash_sale set left_count = 5",
        "insert into mall.flash_sale_member select tenant_id, sale_id, uuidv7(), 1 from mall.flash_sale",
        "insert into mall.flash_sale select tenant_id, uuidv7(), 'x', request_hash, item_id, 1, starts_at, ends_at, 6, 5, "
        "1, null, now() from mall.flash_sale",
        "delete from mall.flash_sale",
    ],
)
async def test_the_api_can_sell_nothing_by_itself(client, shop, database_url, forbidden):
    await opened(client, shop)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_api(database_url, shop.tenant_id, forbidden)
