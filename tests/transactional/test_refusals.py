"""Bad input gets one clear sentence as a problem document, and changes nothing."""

import base64
import json
from uuid import uuid4

import pytest

from transactional.database import Pools

ITEM = str(uuid4())


def body(**changes) -> dict:
    return {"member_id": str(uuid4()), "lines": [{"item_id": ITEM, "quantity": 1}], **changes}


@pytest.mark.parametrize(
    "wrong",
    [
        body(lines=[]),
        body(lines=[{"item_id": ITEM, "quantity": 0}]),
        body(lines=[{"item_id": ITEM, "quantity": -1}]),
        body(lines=[{"item_id": ITEM, "quantity": 10_001}]),
        body(lines=[{"item_id": ITEM, "quantity": 10**30}]),
        body(lines=[{"item_id": ITEM, "quantity": 1.5}]),
        body(lines=[{"item_id": ITEM, "quantity": "1"}]),
        body(lines=[{"item_id": ITEM, "quantity": True}]),
        body(lines=[{"item_id": "tea", "quantity": 1}]),
        body(lines=[{"item_id": ITEM}]),
        body(lines=[{"item_id": ITEM, "quantity": 1}] * 501),
        body(member_id=7),
        body(points=1),
        [],
        None,
    ],
)
async def test_a_malformed_redemption_is_refused_before_it_is_decided(client, owner, wrong):
    answer = await client.post("/v1/redemptions", json=wrong, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pointmart:problem:invalid-request"
    assert await owner.fetchval("select count(*) from mall.idempotency_key") == 0


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_no_json_is_refused(client, text):
    answer = await client.post("/v1/redemptions", content=text, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422


POSTS = ["events", "redemptions", "members", "points/earn", "feedback", "sessions"]


@pytest.mark.parametrize("route", POSTS)
async def test_a_huge_body_is_refused_before_the_key_is_asked(client, route):
    async def endless():
        while True:
            yield b" " * 65536

    answer = await client.post(
        f"/v1/{route}",
        content=endless(),
        headers={"Idempotency-Key": "k", "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


async def test_while_the_database_is_away_every_route_says_so(app, client, shop, owner, monkeypatch):
    class Away:
        def acquire(self):
            raise ConnectionRefusedError

        def fetch(self, *_):
            raise ConnectionRefusedError

        def fetchval(self, *_, **__):
            raise ConnectionRefusedError

    await client.get("/v1/offers")  # the key is remembered from now on
    monkeypatch.setattr(app.state, "pools", Pools(Away(), Away()))
    member = str(shop.member)
    answers = [
        await client.get("/health"),
        await client.get("/v1/offers"),
        await client.get(f"/v1/members/{member}/balance"),
        await client.post("/v1/members", json={"external_ref": "E-7"}),
        await client.post("/v1/feedback", json={"member_id": member, "score": 1}),
        await client.post("/v1/events", json={"events": [{"member_id": member, "kind": "visit"}]}),
    ]
    assert {(a.status_code, a.json()["type"]) for a in answers} == {
        (503, "urn:pointmart:problem:database-away")
    }


@pytest.mark.parametrize("key", [None, "", "k" * 201, "schlüssel".encode(), b"a\tb"])
@pytest.mark.parametrize("route", ["/v1/redemptions", "/v1/points/earn"])
async def test_points_move_only_under_a_usable_key(client, shop, key, route):
    asked = body() if "redemptions" in route else {"member_id": str(shop.member), "points": 1}
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await client.post(route, json=asked, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (
        400,
        "urn:pointmart:problem:missing-idempotency-key",
    )


@pytest.mark.parametrize("points", [0, -5, 10**9 + 1, 1.5, "10", True, None])
async def test_odd_amounts_of_points_are_refused(client, shop, points):
    assert (await client.earn(shop.member, points, "e1")).status_code == 422


@pytest.mark.parametrize("ref", ["", "x" * 201, "a\x00b", 7, None, "   ", " E-1"])
async def test_odd_references_are_refused(client, ref):
    assert (await client.post("/v1/members", json={"external_ref": ref})).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "members/x/balance",
        "members/x/statement",
        "redemptions/x",
        "redemptions",
        "redemptions?idempotency_key=%00",
        "offers?limit=0",
        "offers?category=%00",
        "offers?categories=tea",
        "exchanges/statements?day=86400",
        "exchanges/positions?since=0",
        "members/0160ac47-15e0-77d2-807e-d45bdc633f06/tier?on=0",
        "members/0160ac47-15e0-77d2-807e-d45bdc633f06/balance?as_of=2026-01-01T00:00:00Z",
    ],
)
async def test_odd_paths_and_queries_are_refused(client, path):
    answer = await client.get(f"/v1/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_misspelt_dry_run_does_nothing(client, shop):
    await client.earn(shop.member, 100, "e1")
    earn = {"member_id": str(shop.member), "points": 5}
    redeem = {"member_id": str(shop.member), "lines": [{"item_id": str(shop.tea), "quantity": 1}]}
    for route, asked in (
        ("points/earn", earn),
        ("redemptions", redeem),
        ("members", {"external_ref": "E-9"}),
    ):
        answer = await client.post(f"/v1/{route}?dryrun=true", json=asked, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:pointmart:problem:invalid-request")
        assert "dryrun" in answer.json()["detail"]
    assert await client.available(shop.member) == 100


FAR_OFF = base64.urlsafe_b64encode(
    json.dumps(["9999-12-31T23:59:59-14:00", "0160ac47-15e0-77d2-807e-d45bdc633f06"]).encode()
).decode()


@pytest.mark.parametrize("moment", ["1", 1, "2026-03-01", "2026-03-01T12:00:00", "9999-12-31T23:59:59-14:00"])
async def test_odd_times_are_refused(client, shop, moment):
    body = {"external_ref": "E-77", "registered_at": moment}
    assert (await client.post("/v1/members", json=body)).status_code == 422
    url = f"/v1/members/{shop.member}/balance"
    assert (await client.get(url, params={"at": moment})).status_code == 422


async def test_a_body_without_a_content_type_is_read_as_json(client):
    answer = await client.post("/v1/members", content=b'{"external_ref": "E-78"}')
    assert answer.status_code == 201


@pytest.mark.parametrize("cursor", ["x", "%00", "W10=", "WyJhIiwgImIiXQ==", "bnVsbA==", FAR_OFF])
async def test_a_cursor_of_ones_own_is_refused(client, shop, cursor):
    url = f"/v1/members/{shop.member}/statement"
    answer = await client.get(url, params={"cursor": cursor})
    assert (answer.status_code, "next_cursor" in answer.json()["detail"]) == (422, True)


async def test_unknown_routes_and_methods_are_problems_too(client):
    for answer in (await client.get("/v1/nothing"), await client.delete("/v1/offers")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


async def test_a_defect_shows_no_inside(app, client, monkeypatch):
    monkeypatch.setattr(app.state, "clock", lambda: 1 / 0)
    for answer in (await client.get("/v1/offers"), await client.post("/v1/events", json={"events": []})):
        assert "ZeroDivision" not in answer.text
    assert (await client.get("/v1/offers")).status_code == 500


# Asked before somebody is known.
OPEN = {("post", "/v1/persons"), ("get", "/v1/sessions/oidc"), ("post", "/v1/sessions/oidc/attempts")}


async def test_the_openapi_document_names_every_route_with_its_errors(client):
    document = (await client.get("/openapi.json")).json()
    paths = {
        "/v1/members": "post", "/v1/points/earn": "post", "/v1/members/{member_id}/balance": "get",
        "/v1/members/{member_id}/statement": "get", "/v1/redemptions": "post",
        "/v1/redemptions/{redemption_id}": "get", "/v1/events": "post", "/v1/feedback": "post",
        "/v1/offers": "get", "/v1/sessions": "post", "/health": "get",
    }  # fmt: skip
    assert set(paths) <= set(document["paths"])
    assert "get" in document["paths"]["/v1/redemptions"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            wanted = {"500", "503"}
            # Whether there is an identity provider is asked before anybody is known, and with nothing.
            if path != "/health" and (method, path) != ("get", "/v1/sessions/oidc"):
                wanted |= {"422"}
            # Anybody may read the log of a draw, and go to their identity provider.
            if path not in ("/health", "/v1/draws/{draw_id}/log") and (method, path) not in OPEN:
                wanted |= {"401"}
            if method == "post":
                wanted |= {"413"}
            assert wanted <= set(operation["responses"]), (method, path)
    for path in ("/v1/redemptions", "/v1/points/earn"):
        required = {p["name"]: p["required"] for p in document["paths"][path]["post"]["parameters"]}
        assert required == {"Idempotency-Key": True, "dry_run": False}
    text = json.dumps(document)
    names = {ref.split('"')[0] for ref in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])


async def test_a_form_is_told_that_json_is_wanted(client):
    headers = {"Idempotency-Key": "k", "Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/v1/points/earn", content=b'{"points": 5}', headers=headers)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["detail"]
