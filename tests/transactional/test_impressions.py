"""Impressions through `POST /v1/events`: what they name, what is refused alone, and that they are no act."""

import json
from uuid import uuid4

import asyncpg
import pytest

ANSWER = "019d0000-0000-7000-8000-000000000001"


@pytest.fixture
def impression(shop):
    """A whole impression, changed by what is given; None takes a field away."""

    def make(**changes):
        whole = {
            "member_id": str(shop.member), "kind": "impression", "item_id": str(shop.tea), "request_id": ANSWER,
            "position": 3, "propensity": 0.25, "policy": "recipe",
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
    click = {"member_id": str(shop.member), "kind": "click", "item_id": str(shop.tea), "request_id": ANSWER}
    search = {"member_id": str(shop.member), "kind": "search"}
    assert await told(client, impression(), click, search) == ["accepted"] * 3
    rows = await owner.fetch(
        "select kind, request_id::text, position, propensity, policy from export.event order by kind"
    )
    assert [tuple(row) for row in rows] == [
        ("click", ANSWER, None, None, None),
        ("impression", ANSWER, 3, 0.25, "recipe"),
        ("search", None, None, None, None),
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
        "not_an_impression": [
            {**view, "position": 1},
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
        ("view", (ANSWER, 1, None, None)),
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
    assert "impression_incomplete" in json.dumps(schemas["EventResult"])
