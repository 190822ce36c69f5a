"""A dry run tells what would happen and changes nothing; the routes describe themselves."""

import pytest

from .conftest import client_for, open_shop

KEPT = "select relname from pg_class where relnamespace = 'mall'::regnamespace and relkind = 'r' order by relname"


async def everything(owner):
    """Every row of every table, with the transaction that wrote it."""
    tables = [row[0] for row in await owner.fetch(KEPT)]
    return {
        table: sorted(
            str((*row,)) for row in await owner.fetch(f"select xmin, ctid, t.* from mall.{table} t")
        )
        for table in tables
    }


@pytest.fixture
async def state(client, shop):
    """A credit, an adjustment and a hold to act on."""
    credit = (await client.earn(shop.member, 100, "e1")).json()["transfer_id"]
    await client.command("/v1/points/adjustments", "a1", member_id=shop.member, points=-10, reason="x")
    hold = await client.command("/v1/holds", "h1", member_id=shop.member, points=30)
    return credit, hold.json()["hold_id"]


def mutations(shop, credit, hold):
    member = str(shop.member)
    return {
        "earn": ("/v1/points/earn", {"member_id": member, "points": 5}),
        "adjust": ("/v1/points/adjustments", {"member_id": member, "points": -5, "reason": "x"}),
        "adjust_past": (
            "/v1/points/adjustments",
            {"member_id": member, "points": -5, "reason": "x", "effective_at": "2026-03-01T04:00:00Z"},
        ),
        "return": ("/v1/points/returns", {"transfer_id": credit, "points": 20, "reason": "x"}),
        "hold": ("/v1/holds", {"member_id": member, "points": 5}),
        "capture": (f"/v1/holds/{hold}/capture", {"points": 10}),
        "release": (f"/v1/holds/{hold}/release", None),
        "refused": ("/v1/points/adjustments", {"member_id": member, "points": -500, "reason": "x"}),
        "correct": ("/v1/points/corrections", {"transfer_id": credit, "reason": "x"}),
        "batch": (
            "/v1/points/batches",
            {"items": [{"operation": "earn", "idempotency_key": "b", "member_id": member, "points": 5}]},
        ),
    }


async def test_dry_runs_change_no_row_of_any_table(client, shop, owner, state):
    before = await everything(owner)
    quotes = {}
    for name, (path, body) in mutations(shop, *state).items():
        answer = await client.post(path, params={"dry_run": "true"}, json=body)
        quotes[name] = (answer.status_code, answer.json())
    assert await everything(owner) == before
    assert {name: status for name, (status, _) in quotes.items()} == {
        "earn": 200, "adjust": 200, "adjust_past": 200, "return": 200, "hold": 200, "capture": 200,
        "release": 200, "refused": 409, "correct": 409, "batch": 200,
    }  # fmt: skip
    shown = {
        name: quote["points"] for name, (_, quote) in quotes.items() if "dry_run" in quote and name != "batch"
    }
    assert shown == {
        "earn": 5, "adjust": -5, "adjust_past": -5, "return": -20, "hold": -5, "capture": 20, "release": 30,
    }  # fmt: skip
    capture = quotes["capture"][1]
    assert (capture["answer"]["status"], capture["answer"]["captured_points"]) == ("captured", 10)
    assert [(lot["lot_id"], lot["points"]) for lot in capture["lots"]] == [(state[0], 20)]


async def test_what_a_dry_run_tells_is_what_then_happens(client, shop, state):
    for name, (path, body) in mutations(shop, *state).items():
        if name in ("batch", "correct"):
            continue
        available = await client.available(shop.member)
        quote = (await client.post(path, params={"dry_run": "true"}, json=body)).json()
        done = await client.post(path, json=body, headers={"Idempotency-Key": f"k-{name}"})
        if name == "refused":
            assert quote == done.json()
        elif done.status_code < 300:
            changing = {"transfer_id", "hold_id"} & quote["answer"].keys()
            told = {k: v for k, v in done.json().items() if k not in changing}
            assert told == {k: v for k, v in quote["answer"].items() if k not in changing}, name
            assert await client.available(shop.member) == available + quote["points"], name
        else:  # the hold was captured by now
            assert name == "release"
            assert done.status_code == 409


async def test_another_tenants_key_reaches_none_of_it(app, client, shop, owner, state):
    stranger = await open_shop(owner, "birch")
    before = await client.buckets(shop.member)
    credit, hold = state
    async with client_for(app, stranger.key) as foreign:
        for name, (path, body) in mutations(shop, credit, hold).items():
            answer = await foreign.post(path, json=body, headers={"Idempotency-Key": name})
            if name == "batch":
                assert answer.json()["results"][0]["status"] == 404
            else:
                assert answer.status_code == 404, name
        for path in (
            f"/v1/holds/{hold}", f"/v1/members/{shop.member}/lots", f"/v1/members/{shop.member}/balance",
            f"/v1/members/{shop.member}/tier", "/v1/requests/e1",
        ):  # fmt: skip
            assert (await foreign.get(path)).status_code == 404, path
        assert (await foreign.get("/v1/requests/earn")).json()["status"] == 404
    assert await client.buckets(shop.member) == before
    async with client_for(app, "none") as nobody:
        for path, body in mutations(shop, credit, hold).values():
            assert (await nobody.post(path, json=body)).status_code == 401


async def test_every_command_is_described_with_its_key_its_dry_run_and_its_refusals(client):
    document = (await client.get("/openapi.json")).json()
    refusals = {
        "/v1/points/earn": (201, {"404", "409"}),
        "/v1/points/adjustments": (201, {"404", "409"}),
        "/v1/points/returns": (201, {"404", "409"}),
        "/v1/points/corrections": (201, {"404", "409"}),
        "/v1/holds": (201, {"404", "409"}),
        "/v1/holds/{hold_id}/capture": (200, {"404", "409"}),
        "/v1/holds/{hold_id}/release": (200, {"404", "409"}),
    }
    for path, (success, more) in refusals.items():
        operation = document["paths"][path]["post"]
        assert {p["name"] for p in operation["parameters"]} >= {"Idempotency-Key", "dry_run"}, path
        described = operation["responses"]
        assert described.keys() >= {"200", "400", "401", "413", "422", "500", "503", *more}, path
        assert "Idempotent-Replayed" in described[str(success)]["headers"]
        assert described[str(success)]["description"]
        assert described["200"]["content"]["application/json"]["schema"]
        for status in ("400", "401", "422", *more):
            assert list(described[status]["content"]) == ["application/problem+json"], (path, status)
        assert (
            "no longer pending"
            in document["paths"]["/v1/points/returns"]["post"]["responses"]["409"]["description"]
        )
