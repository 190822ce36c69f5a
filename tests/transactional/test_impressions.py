"""Impressions through `POST /v1/events`: what they name, what is refused alone, and that they are no act."""

import json
from uuid import uuid4

import asyncpg
import pytest

from .conftest import client_for, open_shop

ANSWER = "019d0000-0000-7000-8000-000000000001"


@pytest.fixture
def impression(shop):
    """A whole impression, changed by what is given; None takes a field away."""

    def make(**changes):
        whole = {
            "member_id": str(shop.member), "kind": "impression", "item_id": str(shop.tea), "request_id": ANSWER,
            "position": 3, "propensity": 0.25, "policy": "recipe", "context": "home", "stage": "personal",
        }  # fmt: skip
        return {name: value for name, value in (whole | changes).items() if value is not None}

    return make


async def told(client, *events):
    answer = await client.post("/v1/events", json={"events": events})
    assert answer.status_code == 200, answer.text
    return [result["result"] for result in answer.json()["results"]]


async def test_an_impression_is_stored_with_its_chance_and_other_kinds_with_the_answer_that_led_to_them(
    client, shop, owner, impression
):
    click = {
        "member_id": str(shop.member), "kind": "click", "item_id": str(shop.tea), "request_id": ANSWER, "position": 3,
    }  # fmt: skip
    search = {"member_id": str(shop.member), "kind": "search"}
    assert await told(client, impression(), click, search) == ["accepted"] * 3
    rows = await owner.fetch(
        "select kind, request_id::text, position, propensity, policy, context, stage from export.event order by kind"
    )
    assert [tuple(row) for row in rows] == [
        ("click", ANSWER, 3, None, None, None, None),
        ("impression", ANSWER, 3, 0.25, "recipe", "home", "personal"),
        ("search", None, None, None, None, None, None),
    ]


async def test_the_bounds_of_place_and_chance_belong_to_them(client, impression):
    events = [impression(position=1, propensity=1), impression(position=200, propensity=1e-300)]
    assert await told(client, *events, impression(policy="r" + 39 * "2")) == ["accepted"] * 3


async def test_each_impression_is_refused_for_itself(client, owner, shop, impression):
    view = {"member_id": str(shop.member), "kind": "view", "item_id": str(shop.tea)}
    refused = {
        "item_missing": [impression(item_id=None)],
        "unknown_item": [impression(item_id=str(uuid4()))],
        "impression_incomplete": [
            impression(**{name: None}) for name in ("request_id", "position", "propensity", "policy")
        ],
        "position_out_of_range": [impression(position=p) for p in (0, 201, -1, 10**9)],
        "propensity_out_of_range": [impression(propensity=p) for p in (0, -0.1, 1.000001)],
        "policy_not_a_code": [
            impression(policy=p) for p in ("", "Recipe", "recipe\n", "of Li Na", "2nd", 41 * "r")
        ],
        "context_not_a_code": [impression(context="Home page")],
        "stage_not_a_code": [impression(stage="")],
        "not_an_impression": [
            {**view, "position": 1},
            {**view, "context": "home"},
            {**view, "stage": "personal"},
            {"member_id": str(shop.member), "kind": "visit", "request_id": ANSWER, "position": 1},
            {**view, "propensity": 1},
            {**view, "policy": "recipe"},
        ],
    }
    events = [event for events in refused.values() for event in events]
    expected = [result for result, events in refused.items() for _ in events]
    assert await told(client, *events, impression()) == [*expected, "accepted"]
    assert await owner.fetchval("select count(*) from mall.event") == 1


async def test_an_impression_sent_twice_is_stored_once(client, owner, impression):
    event_id = str(uuid4())
    assert await told(client, impression(event_id=event_id)) == ["accepted"]
    assert await told(client, impression(event_id=event_id, position=9)) == ["duplicate"]
    assert await owner.fetchval("select position from mall.event") == 3


async def test_a_place_of_an_answer_is_shown_once_under_whatever_ids_it_is_told(client, owner, impression):
    again = [impression(), impression(event_id=str(uuid4()))]
    assert await told(client, impression(event_id=str(uuid4())), *again) == ["accepted"] + 2 * ["duplicate"]
    assert await told(client, *again) == 2 * ["duplicate"]
    elsewhere = [impression(position=4), impression(request_id=str(uuid4()))]
    assert await told(client, *elsewhere) == 2 * ["accepted"]
    assert await owner.fetchval("select count(*) from mall.event") == 3


async def test_a_click_posted_twice_counts_once_and_one_with_an_id_of_its_own_again(
    client, owner, shop, impression
):
    click = {"member_id": str(shop.member), "kind": "click", "item_id": str(shop.tea), "request_id": ANSWER}
    assert await told(client, impression(), click, click) == ["accepted", "accepted", "duplicate"]
    assert await told(client, click, click | {"event_id": str(uuid4())}) == ["duplicate", "accepted"]
    assert await told(client, click | {"kind": "favourite"}) == ["accepted"]
    assert await owner.fetchval("select count(*) from mall.event where kind = 'click'") == 2


async def test_an_act_names_only_what_its_member_was_shown(client, owner, shop, impression):
    another = (await client.post("/v1/members", json={"external_ref": "E-2"})).json()["member_id"]
    click = {"member_id": str(shop.member), "kind": "click", "item_id": str(shop.tea), "request_id": ANSWER}
    assert await told(client, click) == ["not_shown"]
    assert await told(client, impression()) == ["accepted"]
    wrong = [
        click | {"member_id": another},
        click | {"item_id": str(shop.card)},
        click | {"request_id": str(uuid4())},
        click | {"position": 4},
        {"member_id": another, "kind": "visit", "request_id": ANSWER},
    ]
    assert await told(client, *wrong) == 5 * ["not_shown"]
    visit = {"member_id": str(shop.member), "kind": "visit", "request_id": ANSWER}
    assert await told(client, click | {"position": 3}, visit) == 2 * ["accepted"]
    assert await owner.fetchval("select count(*) from mall.event where kind = 'click'") == 1


async def test_no_tenant_clicks_on_what_another_one_showed(app, client, owner, shop, impression):
    """Whoever knows the id of another's answer can name it for nobody, and shows by it only what is its own."""
    stranger = await open_shop(owner, "crane")
    assert await told(client, impression()) == ["accepted"]
    click = {"kind": "click", "item_id": str(shop.tea), "request_id": ANSWER}
    async with client_for(app, stranger.key) as other:
        assert await told(other, click | {"member_id": str(shop.member)}) == ["unknown_member"]
        assert await told(other, click | {"member_id": str(stranger.member)}) == ["not_shown"]
        assert await told(other, impression(member_id=str(shop.member))) == ["unknown_member"]
        assert await told(other, impression(member_id=str(stranger.member))) == ["accepted"]
    # What it showed itself under the same id takes no place of the answer it does not own.
    assert await told(client, click | {"member_id": str(shop.member)}) == ["accepted"]
    assert await told(client, impression(position=4)) == ["accepted"]
    rows = await owner.fetch("select tenant_id, kind from mall.event order by recorded_at")
    mine, theirs = shop.tenant_id, stranger.tenant_id
    assert [tuple(row) for row in rows] == [
        (mine, "impression"), (theirs, "impression"), (mine, "click"), (mine, "impression"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("impression", (None, 1, 0.5, "recipe")),
        ("impression", (ANSWER, None, 0.5, "recipe")),
        ("impression", (ANSWER, 1, None, "recipe")),
        ("impression", (ANSWER, 1, 0.5, None)),
        ("impression", (ANSWER, 0, 0.5, "recipe")),
        ("impression", (ANSWER, 201, 0.5, "recipe")),
        ("impression", (ANSWER, 1, 0.0, "recipe")),
        ("impression", (ANSWER, 1, 1.5, "recipe")),
        ("impression", (ANSWER, 1, float("nan"), "recipe")),
        ("impression", (ANSWER, 1, 0.5, "a sentence about Li Na")),
        ("view", (None, 1, None, None)),
        ("view", (None, None, 0.5, None)),
        ("view", (None, None, None, "recipe")),
    ],
)
async def test_the_database_keeps_the_rule_by_itself(owner, shop, kind, given):
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at, request_id, position, "
            "propensity, policy) values ($1, $2, $3, $4, now(), $5, $6, $7, $8)",
            shop.tenant_id, shop.member, kind, shop.tea, *given,
        )  # fmt: skip


async def test_the_openapi_document_tells_the_rules_of_an_impression(client):
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    fields = json.dumps(schemas["EventRequest"]["properties"])
    for rule in (
        '"impression"',
        '"minimum": 1',
        '"maximum": 200',
        '"exclusiveMinimum": 0',
        "^[a-z][a-z0-9_]{0,39}$",
    ):
        assert rule in fields
    assert "not_shown" in json.dumps(schemas["EventResult"])
    assert "impression_incomplete" in json.dumps(schemas["EventResult"])
