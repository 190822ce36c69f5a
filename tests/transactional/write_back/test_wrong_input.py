"""Whatever is sent to the write-back routes is stored as meant or refused with a sentence, and then nothing is stored."""

import json
from uuid import uuid4

import pytest

from .conftest import DAY, OLD

ITEMS = {
    "segments": {"member_id": str(uuid4()), "segment": "keep"},
    "risk-scores": {"member_id": str(uuid4()), "score": 5, "reasons": ["velocity"]},
    "replenishment-proposals": {
        "item_id": str(uuid4()), "quantity": 5, "order_by": "2026-03-03", "covers_until": "2026-03-22",
        "reason": "below_target",
    },
}  # fmt: skip


def body_of(kind, *, item=None, **changes):
    more = {"scheme": "rfm"} if kind == "segments" else {}
    items = [ITEMS[kind] | (item or {})]
    return {"release_id": OLD, "as_of_date": DAY, "is_last": True, "items": items, **more, **changes}


@pytest.fixture
def refused(pipeline, shop, owner):
    """Send what must be refused, a body or bytes; return the detail."""

    async def refused(kind, body, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body)
        answer = await pipeline.put(
            f"/v1/write-back/{shop.tenant_id}/{kind}", content=content,
            headers={"Content-Type": "application/json", **headers},
        )  # fmt: skip
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (answer.status_code, told["type"]) == (422, "urn:pointmart:problem:invalid-request"), told
        assert await owner.fetchval("select count(*) from mall.write_back") == 0
        return told["detail"]

    return refused


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "body: there is none; send JSON with Content-Type: application/json"),
        (b"{nope", "this is not JSON: Expecting property name enclosed in double quotes at character 1"),
        (b'{"release_id": "\xff\xfe"}', "body: this cannot be read; send JSON in UTF-8"),
        (b"[" * 200_000, "body: this cannot be read; send JSON in UTF-8"),
        (b'{"release_id": ' + b"9" * 5_000 + b"}", "body: this cannot be read; send JSON in UTF-8"),
    ],
    ids=["empty", "not JSON", "not UTF-8", "too deep", "endless number"],
)
async def test_a_body_that_cannot_be_read_is_told_as_such(refused, content, detail):
    for kind in ITEMS:
        assert detail in await refused(kind, content)


async def test_what_is_not_sent_as_json_is_told_as_what_it_came(refused):
    for kind in ITEMS:
        told = await refused(kind, body_of(kind), **{"Content-Type": "text/plain"})
        assert told == "the body came as text/plain; send JSON with Content-Type: application/json"


@pytest.mark.parametrize("day", [0, 86_400, "86400", "2026-02-30", "2026-03-01T00:00:00Z", None])
async def test_a_day_is_written_out(refused, day):
    """A number would be read as seconds since 1970 and stored as a day nobody meant."""
    for kind in ITEMS:
        assert (await refused(kind, body_of(kind, as_of_date=day))).startswith("body.as_of_date: ")


@pytest.mark.parametrize("release_id", ["99999999T999999Z-0123abcd", "20260230T020000Z-0123abcd"])
async def test_a_release_of_no_real_time_does_not_bar_those_to_come(refused, release_id):
    for kind in ITEMS:
        told = await refused(kind, body_of(kind, release_id=release_id))
        assert told.startswith(f"body.release_id: {release_id[:16]} is no time")


@pytest.mark.parametrize(
    ("kind", "item", "field"),
    [
        ("segments", {"segment": 1}, "segment"),
        ("risk-scores", {"score": -5}, "score"),
        ("risk-scores", {"score": "5"}, "score"),
        ("risk-scores", {"score": True}, "score"),
        ("risk-scores", {"score": 1e400}, "score"),
        ("replenishment-proposals", {"quantity": -5}, "quantity"),
        ("replenishment-proposals", {"quantity": "5"}, "quantity"),
        ("replenishment-proposals", {"quantity": 10**20}, "quantity"),
        ("replenishment-proposals", {"order_by": 0}, "order_by"),
        ("replenishment-proposals", {"covers_until": "86400"}, "covers_until"),
    ],
)
async def test_a_value_of_another_kind_is_not_taken_for_one(refused, kind, item, field):
    assert (await refused(kind, body_of(kind, item=item))).startswith(f"body.items.0.{field}: ")


async def test_yes_is_not_true(refused):
    for kind in ITEMS:
        assert (await refused(kind, body_of(kind, is_last="yes"))).startswith("body.is_last: ")


async def test_a_sentence_of_ours_is_told_as_it_was_written(refused):
    for kind, item in ITEMS.items():
        (told_of, *_) = item.values()
        told = await refused(kind, body_of(kind, items=[item, item]))
        assert told == f"body: {told_of} is there 2 times; say one thing of each"


async def test_a_huge_body_is_refused(pipeline, shop):
    for kind in ITEMS:
        answer = await pipeline.put(f"/v1/write-back/{shop.tenant_id}/{kind}", content=b" " * 3_000_000)
        assert (answer.status_code, answer.json()["title"]) == (413, "The request is too large")


async def test_another_malls_tenant_is_told(pipeline):
    stranger = uuid4()
    for kind in ITEMS:
        answer = await pipeline.put(f"/v1/write-back/{stranger}/{kind}", json=body_of(kind))
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith(f"this mall has no tenant {stranger}; ")


async def test_the_same_release_may_say_something_else(pipeline, shop, owner):
    """Under the same release and, if a client sends one, the same idempotency key: what was said last stays."""
    url, headers = f"/v1/write-back/{shop.tenant_id}/segments", {"Idempotency-Key": "k"}
    for segment in ("keep", "champion"):
        item = {"member_id": str(shop.member), "segment": segment}
        answer = await pipeline.put(url, json=body_of("segments", item=item), headers=headers)
        assert answer.json()["stored"] == 1
    assert await owner.fetchval("select segment from mall.member_segment") == "champion"
