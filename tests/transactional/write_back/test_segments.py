"""Segments of a release arrive once, a newer release replaces them, and nobody but the pipeline writes them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.transactional.conftest import client_for, open_shop

from .conftest import NEW, OLD


def items(*pairs):
    return [{"member_id": str(member), "segment": segment} for member, segment in pairs]


async def rfm(client):
    told = (await client.get("/v1/segments", params={"scheme": "rfm"})).json()
    return {UUID(one["member_id"]): (one["segment"], one["release_id"]) for one in told["members"]}


async def test_a_release_is_stored_once_however_often_it_is_sent(client, put, shop, owner):
    body = items((shop.member, "champion"), (shop.other_member, "cooling"))
    first = await put("segments", body, scheme="rfm")
    assert first.status_code == 200, first.text
    assert first.json() == {
        "stored": 2,
        "removed": 0,
        "results": [{"id": str(m), "result": "stored"} for m in (shop.member, shop.other_member)],
    }
    before = await owner.fetch("select xmin, * from mall.member_segment")
    again = await put("segments", body, scheme="rfm")
    assert [one["result"] for one in again.json()["results"]] == ["unchanged", "unchanged"]
    assert await owner.fetch("select xmin, * from mall.member_segment") == before
    assert await rfm(client) == {shop.member: ("champion", OLD), shop.other_member: ("cooling", OLD)}


async def test_the_last_part_of_a_newer_release_ends_what_only_the_older_said(client, put, shop):
    await put("segments", items((shop.member, "champion"), (shop.other_member, "cooling")), scheme="rfm")
    await put("segments", items((shop.member, "lost")), scheme="life_cycle")
    part = await put("segments", items((shop.member, "keep")), scheme="rfm", release=NEW, is_last=False)
    assert part.json()["removed"] == 0
    assert await rfm(client) == {shop.member: ("keep", NEW), shop.other_member: ("cooling", OLD)}
    last = await put("segments", [], scheme="rfm", release=NEW)
    assert last.json() == {"stored": 0, "removed": 1, "results": []}
    assert await rfm(client) == {shop.member: ("keep", NEW)}
    # Another scheme is another matter.
    told = (await client.get(f"/v1/members/{shop.member}/segments")).json()["segments"]
    assert [(one["scheme"], one["segment"]) for one in told] == [("life_cycle", "lost"), ("rfm", "keep")]


async def test_an_older_release_changes_nothing(client, put, shop):
    await put("segments", items((shop.member, "keep")), scheme="rfm", release=NEW)
    refused = await put("segments", items((shop.member, "champion")), scheme="rfm", release=OLD)
    assert refused.status_code == 409
    assert NEW in refused.json()["detail"]
    assert await rfm(client) == {shop.member: ("keep", NEW)}


async def test_a_release_of_a_time_to_come_is_refused_and_stands_in_nobodys_way(
    client, put, shop, owner, clock
):
    at = clock() + timedelta(days=2)
    ahead = f"{at:%Y%m%dT%H%M%SZ}-0123abcd"
    body = items((shop.member, "keep"))
    refused = await put("segments", body, scheme="rfm", release=ahead)
    assert (refused.status_code, refused.json()["type"]) == (
        422,
        "urn:pointmart:problem:release-ahead-of-time",
    )
    assert ahead in refused.json()["detail"]
    assert await owner.fetchval("select count(*) from mall.write_back") == 0
    # A clock of local time is not wrong.
    close = f"{clock() + timedelta(hours=20):%Y%m%dT%H%M%SZ}-0123abcd"
    assert (await put("segments", body, scheme="rfm", release=close)).status_code == 200
    # As a wrong clock of the mall's own machine would have let it in.
    await owner.execute("update mall.write_back set release_id = $1", "20990101T000000Z-0123abcd")
    assert (await put("segments", body, scheme="rfm", release=NEW)).status_code == 200
    assert await rfm(client) == {shop.member: ("keep", NEW)}


async def test_members_who_are_not_there_are_told_and_the_others_stored(client, put, shop, owner):
    stranger = await open_shop(owner, "birch")
    await owner.execute("update mall.member set erased_at = now() where member_id = $1", shop.other_member)
    told = await put(
        "segments",
        items(
            (stranger.member, "keep"), (shop.member, "keep"), (shop.other_member, "keep"), (uuid4(), "keep")
        ),
        scheme="rfm",
    )
    assert [one["result"] for one in told.json()["results"]] == [
        "unknown_member", "stored", "unknown_member", "unknown_member",
    ]  # fmt: skip
    assert await rfm(client) == {shop.member: ("keep", OLD)}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"items": [{"segment": "keep"}]}, "member_id"),
        ({"release_id": "yesterday"}, "release_id"),
        ({"scheme": "RFM!"}, "scheme"),
        ({"twice": True}, "2 times"),
    ],
)
async def test_a_malformed_request_stores_nothing(put, shop, owner, pipeline, change, word):
    good = items((shop.member, "keep"))
    body = {"release_id": OLD, "as_of_date": "2026-03-01", "scheme": "rfm", "items": good}
    if change.pop("twice", False):
        body["items"] = good + good
    body |= change
    if "items" in change:
        body["items"] = good + change["items"]
    refused = await pipeline.put(f"/v1/write-back/{shop.tenant_id}/segments", json=body)
    assert refused.status_code == 422
    assert word in refused.text
    assert await owner.fetchval("select count(*) from mall.member_segment") == 0


async def test_a_dry_run_tells_and_stores_nothing(put, shop, owner):
    told = await put("segments", items((shop.member, "keep")), scheme="rfm", query="?dry_run=true")
    assert told.json()["stored"] == 1
    assert await owner.fetchval("select count(*) from mall.member_segment") == 0
    assert await owner.fetchval("select count(*) from mall.write_back") == 0


async def test_only_a_platform_key_of_the_scope_writes_and_it_does_nothing_else(
    app, client, pipeline, put, shop, owner, pipeline_key
):
    body = {"release_id": OLD, "as_of_date": "2026-03-01", "scheme": "rfm", "items": []}
    url = f"/v1/write-back/{shop.tenant_id}/segments"
    for refused in (await client.put(url, json=body), await app_without_key(app).put(url, json=body)):
        assert refused.status_code == 401
        assert "platform" in refused.json()["detail"]
    for path in ("/v1/segments?scheme=rfm", "/v1/offers", f"/v1/members/{shop.member}/balance"):
        assert (await pipeline.get(path)).status_code == 401
    assert (await put("segments", [], scheme="rfm", tenant=uuid4())).status_code == 404
    await owner.execute("update mall.platform_key set revoked_at = now()")
    async with client_for(app, pipeline_key) as former:
        assert (await former.put(url, json=body)).status_code == 401


def app_without_key(app):
    client = client_for(app, "none")
    del client.headers["Authorization"]
    return client


async def test_lists_are_paged_by_member_and_by_segment(client, put, shop):
    await put("segments", items((shop.member, "keep"), (shop.other_member, "keep")), scheme="rfm")
    params = {"scheme": "rfm", "segment": "keep", "limit": 1}
    first = (await client.get("/v1/segments", params=params)).json()
    second = (await client.get("/v1/segments", params={**params, "after": first["next_after"]})).json()
    seen = [page["members"][0]["member_id"] for page in (first, second)]
    assert seen == sorted(map(str, (shop.member, shop.other_member)))
    assert second["next_after"] is None
    assert (await client.get("/v1/segments", params={"scheme": "rfm", "segment": "lost"})).json()[
        "members"
    ] == []
