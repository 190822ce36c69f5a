"""Tickets through the engine: bought over HTTP, settled by the worker after the reveal or the cancellation."""

import json
import logging
from collections import Counter
from random import Random
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app as command_line
from tests.transactional.conftest import NOON, client_for, open_shop
from tests.transactional.draws.conftest import HOUR, opened, shelf
from tests.transactional.risk.test_redeeming import in_force, velocity
from transactional.draws import settling
from transactional.draws.jobs import draw_jobs
from transactional.engine.sweeping import sweep
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify as verify_ledger
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

PROBLEM = "urn:pointmart:problem:"


@pytest.fixture(autouse=True)
async def funds(client, shop):
    for member in (shop.member, shop.other_member):
        await client.earn(member, 1000, f"e-{member}")


async def buy(client, draw, member, key, **context):
    body = {"member_id": str(member), "context": context}
    return await client.post(
        f"/v1/draws/{draw['draw_id']}/tickets", json=body, headers={"Idempotency-Key": key}
    )


async def cancel(client, draw, key="c1", reason="printer broke"):
    return await client.command(f"/v1/draws/{draw['draw_id']}/cancellation", key, reason=reason)


@pytest.fixture
def work(app, settings, clock):
    """Does one step of each of the worker's jobs about draws."""
    jobs = draw_jobs(settings)

    async def step() -> list[int]:
        context = JobContext(app.state.pools, app.state.committer, clock, settings, Random(1))
        return [await job.run(context) for job in jobs]

    return step


async def books_agree(owner) -> None:
    """Everything is what the facts say, sealed or not."""
    await seal(owner)
    await verify_ledger(owner)


async def states(owner) -> Counter:
    rows = await owner.fetch("select status from mall.redemption where mode = 'draw'")
    return Counter(row["status"] for row in rows)


async def test_a_ticket_takes_its_points_at_once_and_tells_its_receipt(client, shop, owner, app):
    draw = await opened(client, shop)
    first, second = [await buy(client, draw, shop.member, f"t{n}") for n in range(2)]
    assert first.status_code == 201, first.text
    told = first.json()
    assert {k: told[k] for k in ("mode", "status", "points", "available_points", "lines", "ticket_no")} == {
        "mode": "draw", "status": "paid", "points": 20, "available_points": 980, "lines": [], "ticket_no": 1,
    }  # fmt: skip
    shown = (await client.get(f"/v1/draws/{draw['draw_id']}")).json()
    assert (shown["ticket_count"], shown["log_head"]) == (2, second.json()["head"])
    log = (await client.get(f"/v1/draws/{draw['draw_id']}/log")).json()
    assert [(t["ticket_no"], t["ticket_id"], t["member"]) for t in log["tickets"]] == [
        (n, t.json()["redemption_id"], told["pseudonym"]) for n, t in ((1, first), (2, second))
    ]
    payload = await owner.fetchval("select payload from mall.outbox where topic = 'redemption.paid' limit 1")
    assert (json.loads(payload)["draw_id"], json.loads(payload)["ticket_no"]) == (draw["draw_id"], 1)
    await books_agree(owner)


async def test_a_repeated_request_is_the_same_ticket(client, shop):
    draw = await opened(client, shop)
    first = await buy(client, draw, shop.member, "t1", ip="203.0.113.7")
    again = await buy(client, draw, shop.member, "t1", ip="198.51.100.9")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert (await buy(client, draw, shop.other_member, "t1")).json()[
        "type"
    ] == PROBLEM + "idempotency-conflict"
    assert (await client.get(f"/v1/draws/{draw['draw_id']}")).json()["ticket_count"] == 1


async def test_a_dry_run_sells_nothing(client, shop, owner):
    draw = await opened(client, shop)
    url = f"/v1/draws/{draw['draw_id']}/tickets?dry_run=true"
    told = (await client.post(url, json={"member_id": str(shop.member)})).json()
    assert (told["points"], told["answer"]["ticket_no"], told["delivery"]) == (-20, 1, [])
    assert await owner.fetchval("select count(*) from mall.draw_ticket") == 0
    assert (await client.get(f"/v1/draws/{draw['draw_id']}")).json() == draw
    ending = f"/v1/draws/{draw['draw_id']}/cancellation?dry_run=true"
    assert (await client.post(ending, json={"reason": "x"})).json()["answer"]["ticket_count"] == 0
    assert await shelf(owner, shop.tea) == (8, 2)


@pytest.mark.parametrize(
    ("changed", "hours", "slug"),
    [
        ({"starts_at": (NOON + HOUR / 2).isoformat()}, 0, "draw-not-open"),
        ({}, 1, "draw-not-open"),
        ({"member_limit": 1}, 0, "ticket-limit-reached"),
        ({"max_tickets": 3, "member_limit": 3}, 0, "draw-sold-out"),
        ({"ticket_points": 300}, 0, "insufficient-points"),
    ],
)
async def test_what_cannot_be_sold_leaves_no_trace(client, shop, owner, clock, changed, hours, slug):
    draw = await opened(client, shop, **changed)
    clock.now += hours * HOUR
    buyers = [shop.member] * 2 + [shop.other_member] * 4
    answers = [await buy(client, draw, buyer, f"t{n}") for n, buyer in enumerate(buyers)]
    assert (answers[-1].status_code, answers[-1].json()["type"]) == (409, PROBLEM + slug)
    sold = sum(a.status_code == 201 for a in answers)
    counts = "select (select count(*) from mall.draw_ticket), (select count(*) from mall.redemption)"
    assert tuple(await owner.fetchrow(counts)) == (sold, sold)
    spent = 2000 - await client.available(shop.member) - await client.available(shop.other_member)
    assert spent == sold * draw["ticket_points"]
    await books_agree(owner)


async def test_unknown_draws_and_members_are_refused(client, shop, app, owner):
    draw = await opened(client, shop)
    assert (await buy(client, {"draw_id": uuid4()}, shop.member, "t1")).json()[
        "type"
    ] == PROBLEM + "unknown-draw"
    assert (await buy(client, draw, uuid4(), "t2")).json()["type"] == PROBLEM + "unknown-member"
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await buy(foreign, draw, stranger.member, "t1")).status_code == 404
        assert (await buy(foreign, draw, shop.member, "t2")).status_code == 404
        assert (await cancel(foreign, draw)).status_code == 404
    assert (await client.get(f"/v1/draws/{draw['draw_id']}")).json() == draw


@pytest.mark.parametrize("verdict", ["deny", "review"])
async def test_a_ticket_that_risk_rules_do_not_let_through_is_refused(client, shop, owner, verdict):
    draw = await opened(client, shop)
    await in_force(owner, shop, velocity("member", 1, verdict))
    told = [await buy(client, draw, shop.member, f"t{n}") for n in range(2)]
    assert [a.status_code for a in told] == [201, 403]
    assert told[1].json()["type"] == PROBLEM + "risk-denied"
    assert await client.available(shop.member) == 980
    kept = (await client.get("/v1/risk/assessments")).json()["assessments"]
    assert [(a["verdict"], a["redemption_id"]) for a in kept] == [("deny", None)]


async def test_after_the_reveal_winners_have_prizes_and_losers_are_completed(
    client, shop, owner, clock, work, tmp_path
):  # fmt: skip
    prizes = [
        {"item_id": str(item), "quantity": 1, "value_fen": 100} for item in (shop.pot, shop.card, shop.tea)
    ]
    draw = await opened(client, shop, prizes=prizes)
    sold = [
        (await buy(client, draw, (shop.member, shop.other_member)[n % 2], f"t{n}")).json() for n in range(6)
    ]
    ticket = sold[0]["redemption_id"]
    for what, body in (("cancellation", {"reason": "x"}), ("refunds", {"reason": "x"})):
        refused = await client.change(ticket, what, f"{what}1", **body)
        assert (refused.status_code, refused.json()["type"]) == (409, PROBLEM + "illegal-move")
    assert await work() == [0, 0]
    clock.now = NOON + HOUR
    assert await work() == [1, 6]
    assert await work() == [0, 0]
    assert await states(owner) == {"completed": 5, "allocated": 1}
    won = await owner.fetch(
        "select p.item_id, l.item_id as given, l.quantity, l.unit_points, r.status "
        "from mall.draw_ticket t join mall.draw_prize p using (tenant_id, draw_id, prize_no) "
        "join mall.redemption r using (tenant_id, redemption_id) "
        "left join mall.redemption_line l using (tenant_id, redemption_id) order by t.prize_no"
    )
    assert [tuple(row) for row in won] == [
        (shop.pot, shop.pot, 1, 0, "allocated"),
        (shop.card, shop.card, 1, 0, "completed"),
        (shop.tea, shop.tea, 1, 0, "completed"),
    ]
    assert await owner.fetchval("select count(*) from mall.redemption_line") == 3
    assert [await shelf(owner, item) for item in (shop.pot, shop.card, shop.tea)] == [(0, 0), (4, 0), (9, 0)]
    shown = (await client.get(f"/v1/draws/{draw['draw_id']}")).json()
    assert (shown["status"], shown["settled_at"] is not None) == ("revealed", True)
    await books_agree(owner)

    file = tmp_path / "log.json"
    file.write_bytes((await client.get(f"/v1/draws/{draw['draw_id']}/log")).content)
    receipt = f"{sold[3]['ticket_no']}:{sold[3]['head']}"
    proven = CliRunner().invoke(
        command_line,
        ["draw", "verify", str(file), "--seed-hash", draw["seed_hash"], "--receipt", receipt],
    )
    assert proven.exit_code == 0, proven.output
    assert "3 winners" in proven.output

    refunded = await client.change(ticket, "refunds", "goodwill", reason="goodwill", points=5)
    assert (refunded.status_code, refunded.json()["returned_points"]) == (200, 5)
    assert (await cancel(client, draw)).json()["type"] == PROBLEM + "draw-revealed"
    await books_agree(owner)


async def test_the_books_agree_between_the_reveal_and_each_ticket(client, shop, owner, clock, app, work):
    draw = await opened(client, shop)
    for n in range(5):
        await buy(client, draw, shop.member, f"t{n}")
    clock.now = NOON + HOUR
    assert (await work())[0] == 1
    # As a crash in the middle would leave it.
    await books_agree(owner)


async def test_what_nobody_won_goes_back_and_a_crash_in_between_loses_nothing(
    client, shop, owner, clock, app, work, monkeypatch
):  # fmt: skip
    draw = await opened(client, shop, max_tickets=50, member_limit=50)
    for n in range(2):
        await buy(client, draw, shop.member, f"t{n}")
    clock.now = NOON + HOUR

    async def cut(*_args, **_more):
        raise ConnectionResetError

    monkeypatch.setattr(settling, "sweep", cut)
    with pytest.raises(ConnectionResetError):
        await work()
    # Of three prizes two are won: the card and one piece of tea.
    assert (await shelf(owner, shop.card), await shelf(owner, shop.tea)) == ((4, 1), (9, 1))
    assert await states(owner) == {"paid": 2}
    await books_agree(owner)
    monkeypatch.setattr(settling, "sweep", sweep)
    assert await work() == [0, 2]
    assert (await shelf(owner, shop.card), await shelf(owner, shop.tea)) == ((4, 0), (9, 0))
    assert await states(owner) == {"completed": 2}
    await books_agree(owner)


async def test_a_winner_of_a_coded_item_gets_its_code(client, shop, owner, clock, work):
    await owner.execute("delete from mall.stock_movement where item_id = $1", shop.card)
    await owner.execute("update mall.stock set on_hand = 0 where item_id = $1", shop.card)
    await client.post(f"/v1/offers/{shop.card}/codes", json={"codes": ["AAA-1", "BBB-2"]})
    prizes = [{"item_id": str(shop.card), "quantity": 2, "value_fen": 100}]
    draw = await opened(client, shop, prizes=prizes)
    sold = [(await buy(client, draw, shop.member, f"t{n}")).json() for n in range(2)]
    clock.now = NOON + HOUR
    assert await work() == [1, 2]
    codes = [(await client.get(f"/v1/redemptions/{t['redemption_id']}")).json()["codes"] for t in sold]
    assert sorted(code["code"] for each in codes for code in each) == ["AAA-1", "BBB-2"]
    assert await owner.fetchval("select count(*) from mall.outbox where payload::text like '%sealed%'") == 0
    await books_agree(owner)


async def test_a_cancelled_draw_gives_everything_back(client, shop, owner, clock, work):
    draw = await opened(client, shop)
    sold = [
        (await buy(client, draw, (shop.member, shop.other_member)[n % 2], f"t{n}")).json() for n in range(5)
    ]
    clock.now += HOUR / 2
    told = await cancel(client, draw)
    assert (told.status_code, told.json()["ticket_count"], told.json()["reason"]) == (200, 5, "printer broke")
    assert (await shelf(owner, shop.card), await shelf(owner, shop.tea)) == ((5, 0), (10, 0))
    await books_agree(owner)
    assert (await buy(client, draw, shop.member, "late")).json()["type"] == PROBLEM + "draw-not-open"
    # Said twice, with another reason: the first stays, and nothing goes back to the shelf again.
    assert (await cancel(client, draw, "c2", "other")).json() == told.json()
    assert await shelf(owner, shop.tea) == (10, 0)
    clock.now = NOON + HOUR
    assert await work() == [0, 5]
    assert await work() == [0, 0]
    for member in (shop.member, shop.other_member):
        assert await client.buckets(member) == {"balance": 1000, "available": 1000}
    about = (await client.get(f"/v1/redemptions/{sold[0]['redemption_id']}")).json()
    assert [about[k] for k in ("status", "refunded_points", "reason")] == ["cancelled", 20, "printer broke"]
    shown = (await client.get(f"/v1/draws/{draw['draw_id']}")).json()
    assert (shown["status"], shown["cancel_reason"]) == ("cancelled", "printer broke")
    assert shown["settled_at"] is not None
    topics = await owner.fetch("select topic from mall.outbox where topic like 'draw.%'")
    assert [row["topic"] for row in topics] == ["draw.cancelled"]
    await books_agree(owner)


async def test_tickets_of_many_pages_are_settled_draw_by_draw(client, shop, owner, clock, work, monkeypatch):
    async def short(*args, **more):
        return await sweep(*args, **more, page=2)

    monkeypatch.setattr(settling, "sweep", short)
    one = [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 1}]
    first = await opened(client, shop, prizes=one)
    second = await opened(client, shop, prizes=one, reference="second")
    still_open = await opened(
        client, shop, prizes=one, reference="third", ends_at=(NOON + 2 * HOUR).isoformat()
    )
    for n in range(5):
        for draw in (first, second, still_open):
            await buy(client, draw, shop.member, f"{draw['draw_id']}-{n}")
    clock.now = NOON + HOUR
    await cancel(client, first)
    assert await work() == [1, 10]
    assert await states(owner) == {"cancelled": 5, "completed": 5, "paid": 5}
    assert await owner.fetchval("select count(*) from mall.draw where settled_at is not null") == 2
    await books_agree(owner)


async def test_without_a_vault_key_draws_wait_and_the_worker_says_so_once(
    client, shop, owner, app, clock, database_url, caplog
):  # fmt: skip
    draw = await opened(client, shop)
    await buy(client, draw, shop.member, "t1")
    clock.now = NOON + HOUR
    bare = WorkerSettings(database_url=database_url)
    context = JobContext(app.state.pools, app.state.committer, clock, bare, Random(1))
    reveal, settle = draw_jobs(bare)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert await reveal.run(context) == await settle.run(context) == 0
    assert sum("POINTMART_VAULT_KEY" in record.message for record in caplog.records) == 1
    assert await states(owner) == {"paid": 1}


async def test_one_draw_that_was_tampered_with_does_not_keep_others_waiting(
    client, shop, owner, clock, work, caplog
):  # fmt: skip
    one = [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 1}]
    bad = await opened(client, shop, prizes=one)
    await opened(client, shop, prizes=one, reference="second")
    await owner.execute(
        "update mall.draw set log_head = sha256('x') where draw_id = $1", UUID(bad["draw_id"])
    )
    clock.now = NOON + HOUR
    assert await work() == [1, 0]
    assert await work() == [0, 0]
    assert sum(bad["draw_id"] in record.message for record in caplog.records) == 1


async def test_the_tickets_of_an_erased_member_keep_no_draw_from_being_settled(
    client, shop, owner, clock, work
):  # fmt: skip
    draw = await opened(client, shop)
    await buy(client, draw, shop.member, "t1")
    await buy(client, draw, shop.other_member, "t2")
    await owner.execute("update mall.member set erased_at = now() where member_id = $1", shop.member)
    await cancel(client, draw)
    assert await work() == [0, 1]
    assert (await client.get(f"/v1/draws/{draw['draw_id']}")).json()["settled_at"] is not None
