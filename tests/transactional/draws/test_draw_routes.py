"""Draws over HTTP: terms, commitment, odds, entropy, reveal, log."""

import asyncio
import json
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from tests.transactional.draws.conftest import HOUR, as_api, opened, sell, shelf, terms
from transactional.app import create_app
from transactional.draws import log_queries, log_routes
from transactional.draws.log_queries import whole_log
from transactional.draws.queries import draws_to_reveal
from transactional.draws.refusals import DrawNotOver, EntropyMissing
from transactional.draws.revealing import DrawAltered, reveal_draw
from transactional.draws.verification import read_log, verify


async def test_a_draw_commits_and_sets_its_prizes_aside(client, shop, owner):
    draw = await opened(client, shop)
    assert draw["status"] == "open"
    assert len(bytes.fromhex(draw["seed_hash"])) == 32
    assert (draw["seed"], draw["ticket_count"], draw["odds_of"]) == (None, 0, "ticket")
    assert [(p["name"], p["quantity"], p["odds"], p["realised_odds"]) for p in draw["prizes"]] == [
        ("card", 1, {"winning": 1, "or_better": 1, "of": 10}, None),
        ("tea", 2, {"winning": 2, "or_better": 3, "of": 10}, None),
    ]
    assert await shelf(owner, shop.card) == (4, 1)
    assert await shelf(owner, shop.tea) == (8, 2)
    assert (await client.get(f"/v1/draws/{draw['draw_id']}")).json() == draw


async def test_the_seed_is_kept_sealed_and_told_to_nobody_before_the_end(
    client, shop, owner, app, database_url
):
    draw = await opened(client, shop)
    row = await owner.fetchrow("select * from mall.draw")
    seed = app.state.vault.open(
        row["sealed_seed"], context=b"draw seed" + shop.tenant_id.bytes + row["draw_id"].bytes
    )
    assert sha256(seed).hexdigest() == draw["seed_hash"]
    assert seed not in row["sealed_seed"]
    for hidden in ("sealed_seed", "pseudonym_salt"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_api(database_url, shop.tenant_id, f"select {hidden} from mall.draw")


async def test_a_retry_opens_no_second_draw(client, shop, owner, clock):
    first = await opened(client, shop, starts_at=None)
    clock.now += HOUR / 2
    again = await client.post("/v1/draws", json=terms(shop, starts_at=None))
    assert (again.status_code, again.json()) == (200, first)
    other = await client.post("/v1/draws", json=terms(shop, starts_at=None, ticket_points=21))
    assert (other.status_code, other.json()["draw_id"]) == (409, first["draw_id"])
    assert await shelf(owner, shop.tea) == (8, 2)


async def test_the_same_draw_asked_for_at_once_is_opened_once(client, shop, owner):
    answers = await asyncio.gather(*(client.post("/v1/draws", json=terms(shop)) for _ in range(8)))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.json()["draw_id"] for a in answers}) == 1
    assert await shelf(owner, shop.tea) == (8, 2)


async def test_a_dry_run_answers_and_changes_nothing(client, shop, owner):
    answer = await client.post("/v1/draws?dry_run=true", json=terms(shop))
    assert (answer.status_code, answer.json()["max_tickets"]) == (201, 10)
    assert await owner.fetchval("select count(*) from mall.draw") == 0
    assert await shelf(owner, shop.tea) == (10, 0)


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"prizes": [("tea", 11, 100)], "max_tickets": 20}, 409, "11 pieces"),
        ({"prizes": [("card", 1, 5_000_000), ("tea", 1, 5_000_001)]}, 422, "prize 2 is worth 50,000.01 yuan"),
        ({"prizes": [("tea", 6, 1), ("card", 5, 1)]}, 422, "10 tickets cannot win 11"),
        ({"prizes": []}, 422, "prizes"),
        ({"starts_at": (NOON - HOUR).isoformat()}, 422, "before the first ticket"),
        ({"ends_at": NOON.isoformat()}, 422, "after the start"),
        ({"member_limit": 11}, 422, "max_tickets"),
        ({"name": "two\nlines"}, 422, "name"),
        ({"name": "trailing\n"}, 422, "name"),
        ({"entropy_source": "a\u0085b"}, 422, "entropy_source"),
    ],
)  # fmt: skip
async def test_terms_that_cannot_be_kept_are_refused(client, shop, owner, changed, status, says):
    if "prizes" in changed:
        changed["prizes"] = [
            {"item_id": str(getattr(shop, item)), "quantity": quantity, "value_fen": value}
            for item, quantity, value in changed["prizes"]
        ]
    answer = await client.post("/v1/draws", json=terms(shop, **changed))
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert await owner.fetchval("select count(*) from mall.draw") == 0
    assert await shelf(owner, shop.tea) == (10, 0)


async def test_a_prize_that_the_shop_does_not_offer_is_refused(client, shop):
    prizes = [{"item_id": str(uuid4()), "quantity": 1, "value_fen": 1}]
    answer = await client.post("/v1/draws", json=terms(shop, prizes=prizes))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:pointmart:problem:unknown-offer")


async def test_the_highest_prize_is_a_setting(settings, shop, clock):
    app = create_app(settings.model_copy(update={"max_prize_fen": 9_999}), clock)
    async with app.router.lifespan_context(app), client_for(app, shop.key) as client:
        answer = await client.post("/v1/draws", json=terms(shop))
    assert answer.json()["type"] == "urn:pointmart:problem:prize-too-valuable"


async def test_without_a_vault_key_no_draw_is_opened(settings, shop, clock):
    app = create_app(settings.model_copy(update={"vault_key": None}), clock)
    async with app.router.lifespan_context(app), client_for(app, shop.key) as client:
        assert (await client.post("/v1/draws", json=terms(shop))).status_code == 503


async def test_an_item_name_with_a_line_feed_cannot_forge_a_term(client, shop, owner):
    await owner.execute("update mall.item set name = E'tea\nprize 9 x' where item_id = $1", shop.tea)
    draw = await opened(client, shop)
    assert draw["prizes"][1]["name"] == "tea prize 9 x"


async def run_draw(client, shop, committer, app, clock, members, **changed):
    """Open a draw, sell tickets, end it, reveal it; returns its id and the tickets."""
    draw = await opened(client, shop, **changed)
    tickets = await sell(committer, shop.tenant_id, draw["draw_id"], *members)
    clock.now = NOON + HOUR
    if changed.get("entropy_source"):
        answer = await client.post(f"/v1/draws/{draw['draw_id']}/entropy", json={"value": "3871.42"})
        assert answer.status_code == 200, answer.text
    await reveal(committer, shop, app, draw["draw_id"], clock.now)
    return draw["draw_id"], tickets


async def reveal(committer, shop, app, draw_id, now):
    return await reveal_draw(
        committer, tenant_id=shop.tenant_id, draw_id=UUID(str(draw_id)), unseal=app.state.vault.open, now=now
    )


async def public_log(app, draw_id) -> bytes:
    async with client_for(app, "none") as anybody:
        del anybody.headers["Authorization"]
        answer = await anybody.get(f"/v1/draws/{draw_id}/log")
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.mark.parametrize("source", [None, "the closing figure of the SSE index on 2026-03-01"])
async def test_a_revealed_draw_is_proven_by_its_public_log(
    client, shop, owner, committer, app, clock, source
):  # fmt: skip
    members = [shop.member, shop.other_member, shop.member, shop.member]
    draw_id, _ = await run_draw(client, shop, committer, app, clock, members, entropy_source=source)
    document = await public_log(app, draw_id)
    log = read_log(document)
    proven = verify(log)
    assert (proven.ticket_count, proven.winner_count) == (4, 3)
    assert log.reveal.entropy == (source and "3871.42")
    assert [w.prize_no for w in log.winners] == [1, 2, 2]
    shown = (await client.get(f"/v1/draws/{draw_id}")).json()
    assert (shown["status"], shown["seed"]) == ("revealed", log.reveal.seed)
    assert [(p["awarded_count"], p["realised_odds"]) for p in shown["prizes"]] == [
        (1, {"winning": 1, "or_better": 1, "of": 4}),
        (2, {"winning": 2, "or_better": 3, "of": 4}),
    ]
    told = await owner.fetchrow("select subject_id, payload from mall.outbox where topic = 'draw.revealed'")
    assert (str(told["subject_id"]), json.loads(told["payload"])["winner_count"]) == (draw_id, 3)


async def test_the_public_log_says_nothing_of_who_the_members_are(client, shop, committer, app, clock):
    draw_id, tickets = await run_draw(client, shop, committer, app, clock, [shop.member] * 2)
    document = (await public_log(app, draw_id)).decode()
    for personal in (str(shop.member), shop.member.hex, "E-1", str(shop.tenant_id)):
        assert personal not in document
    log = read_log(document.encode())
    assert [t.ticket_id for t in log.tickets] == [str(t.redemption_id) for t in tickets]
    assert log.tickets[0].member == log.tickets[1].member
    other, _ = await run_draw_again(client, shop, committer, app, clock)
    assert read_log(await public_log(app, other)).tickets[0].member != log.tickets[0].member


async def run_draw_again(client, shop, committer, app, clock):
    times = {"starts_at": None, "ends_at": (clock.now + HOUR).isoformat()}
    draw = await opened(client, shop, reference="second", **times)
    return draw["draw_id"], await sell(committer, shop.tenant_id, draw["draw_id"], shop.member)


async def test_a_long_log_streams_the_same_document(client, shop, owner, committer, app, clock, monkeypatch):
    monkeypatch.setattr(log_queries, "PAGE", 3)
    monkeypatch.setattr(log_routes, "PAGE", 3)
    draw_id, _ = await run_draw(client, shop, committer, app, clock, [shop.member] * 8)
    stored = await whole_log(owner, tenant_id=shop.tenant_id, draw_id=draw_id)
    assert await public_log(app, draw_id) == msgspec.json.encode(stored)
    assert len(stored.tickets) == 8


async def test_before_the_end_the_log_shows_tickets_but_neither_seed_nor_winners(
    client, shop, committer, app
):
    draw = await opened(client, shop)
    (ticket,) = await sell(committer, shop.tenant_id, draw["draw_id"], shop.member)
    log = read_log(await public_log(app, draw["draw_id"]))
    assert (log.reveal, log.winners, len(log.tickets)) == (None, [], 1)
    assert log.log_digest == ticket.head.hex()


async def test_what_nobody_won_goes_back_to_the_shelf(client, shop, owner, committer, app, clock):
    await run_draw(client, shop, committer, app, clock, [shop.member, shop.member])
    assert await shelf(owner, shop.card) == (4, 1)
    assert await shelf(owner, shop.tea) == (9, 1)


async def test_one_prize_per_member_lets_nobody_win_twice(client, shop, owner, committer, app, clock):
    members = [shop.member] * 5 + [shop.other_member]
    draw_id, _ = await run_draw(client, shop, committer, app, clock, members, one_prize_per_member=True)
    log = read_log(await public_log(app, draw_id))
    verify(log)
    winners = [log.tickets[w.ticket_no - 1].member for w in log.winners]
    assert len(winners) == len(set(winners)) == 2
    shown = (await client.get(f"/v1/draws/{draw_id}")).json()
    assert shown["odds_of"] == "member"
    assert [p["realised_odds"]["of"] for p in shown["prizes"]] == [2, 2]
    assert [p["awarded_count"] for p in shown["prizes"]] == [1, 1]
    assert await shelf(owner, shop.tea) == (9, 1)


async def test_a_second_reveal_changes_nothing(client, shop, owner, committer, app, clock):
    draw_id, _ = await run_draw(client, shop, committer, app, clock, [shop.member] * 3)
    before = await public_log(app, draw_id)
    won = await reveal(committer, shop, app, draw_id, clock.now + HOUR)
    assert won == read_log(before).winners
    assert await public_log(app, draw_id) == before
    assert await shelf(owner, shop.tea) == (8, 2)


async def test_a_draw_without_tickets_gives_everything_back(client, shop, owner, committer, app, clock):
    draw_id, _ = await run_draw(client, shop, committer, app, clock, [])
    assert verify(read_log(await public_log(app, draw_id))).winner_count == 0
    assert await shelf(owner, shop.tea) == (10, 0)


async def test_nothing_is_revealed_before_the_end_or_without_the_promised_entropy(
    client, shop, committer, app, clock
):  # fmt: skip
    draw = await opened(client, shop, entropy_source="a block hash")
    entropy = f"/v1/draws/{draw['draw_id']}/entropy"
    with pytest.raises(DrawNotOver):
        await reveal(committer, shop, app, draw["draw_id"], clock.now)
    assert (await client.post(entropy, json={"value": "x"})).status_code == 409
    clock.now = NOON + HOUR
    assert await draws_to_reveal(committer, now=clock.now) == []
    with pytest.raises(EntropyMissing):
        await reveal(committer, shop, app, draw["draw_id"], clock.now)
    assert (await client.post(f"{entropy}?dry_run=true", json={"value": "z"})).status_code == 200
    assert (await client.post(entropy, json={"value": "x"})).status_code == 200
    assert (await client.post(entropy, json={"value": "x"})).json()["entropy"] == "x"
    assert "'x'" in (await client.post(entropy, json={"value": "y"})).json()["detail"]
    ((tenant_id, draw_id),) = await draws_to_reveal(committer, now=clock.now)
    assert (tenant_id, str(draw_id)) == (shop.tenant_id, draw["draw_id"])
    await reveal(committer, shop, app, draw_id, clock.now)
    assert await draws_to_reveal(committer, now=clock.now) == []


async def test_a_draw_whose_terms_name_no_source_takes_no_entropy(client, shop, clock):
    draw = await opened(client, shop)
    clock.now = NOON + HOUR
    answer = await client.post(f"/v1/draws/{draw['draw_id']}/entropy", json={"value": "x"})
    assert answer.json()["type"] == "urn:pointmart:problem:no-entropy-awaited"


@pytest.mark.parametrize(
    "change",
    [
        "update mall.draw set ticket_points = 1",
        "update mall.draw_prize set quantity = 5 where prize_no = 2",
        "update mall.draw set log_head = sha256('x')",
        "update mall.draw set ticket_count = 2",
        "update mall.draw set seed_hash = sha256('x')",
    ],
)
async def test_nothing_is_drawn_from_a_draw_that_was_changed(
    client, shop, owner, committer, app, clock, change
):  # fmt: skip
    draw = await opened(client, shop)
    await sell(committer, shop.tenant_id, draw["draw_id"], *[shop.member] * 3)
    await owner.execute(change)
    clock.now = NOON + HOUR
    with pytest.raises(DrawAltered):
        await reveal(committer, shop, app, draw["draw_id"], clock.now)
    assert await owner.fetchval("select seed from mall.draw") is None


async def test_a_sold_ticket_stays_as_it_is(client, shop, owner, committer):
    draw = await opened(client, shop)
    await sell(committer, shop.tenant_id, draw["draw_id"], shop.member)
    for change in ("update mall.draw_ticket set sold_at = now()", "delete from mall.draw_ticket"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await owner.execute(change)


async def test_draws_are_listed_in_pages(client, shop, clock):
    ids = []
    for number in range(3):
        clock.now += HOUR / 60
        prizes = [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 1}]
        draw = await opened(client, shop, reference=f"d{number}", starts_at=None, prizes=prizes)
        ids.append(draw["draw_id"])
    first = (await client.get("/v1/draws?limit=2")).json()
    assert ([d["draw_id"] for d in first["draws"]], first["next_after"]) == (ids[:2], ids[1])
    second = (await client.get(f"/v1/draws?limit=2&after={ids[1]}")).json()
    assert ([d["draw_id"] for d in second["draws"]], second["next_after"]) == (ids[2:], None)


async def test_another_tenants_key_finds_no_draw(app, client, shop, owner):
    draw = await opened(client, shop, entropy_source="x")
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await foreign.get(f"/v1/draws/{draw['draw_id']}")).status_code == 404
        answer = await foreign.post(f"/v1/draws/{draw['draw_id']}/entropy", json={"value": "x"})
        assert answer.status_code == 404
        assert (await foreign.get("/v1/draws")).json()["draws"] == []
        assert (await foreign.post("/v1/draws", json=terms(shop))).status_code == 404


async def test_the_log_of_an_unknown_draw_is_not_found(app):
    async with client_for(app, "none") as anybody:
        assert (await anybody.get(f"/v1/draws/{uuid4()}/log")).status_code == 404


async def test_the_api_can_neither_open_a_sold_draw_nor_touch_tickets(client, shop, owner, database_url):
    await opened(client, shop)
    columns = await owner.fetchval(
        "select string_agg(column_name, ', ') from information_schema.columns where table_schema = 'mall' "
        "and table_name = 'draw'"
    )
    sold = columns.replace("draw_id", "uuidv7()").replace("reference", "'x'").replace("ticket_count", "1")
    # The owner's row as a template: the API may not read the seed it would need to copy.
    await owner.execute("grant select on mall.draw to pointmart_api")
    for forbidden in (
        f"insert into mall.draw ({columns}) select {sold} from mall.draw",
        "update mall.draw set ticket_count = 3",
        "update mall.draw set seed = sha256('x'), revealed_at = now()",
        "insert into mall.draw_ticket (tenant_id, draw_id, ticket_no, redemption_id, member_id, pseudonym, sold_at) "
        "select tenant_id, draw_id, 1, uuidv7(), uuidv7(), 'x', now() from mall.draw",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_api(database_url, shop.tenant_id, forbidden)
