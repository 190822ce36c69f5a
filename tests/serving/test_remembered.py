"""Answers that the release alone decides, asked for again."""

import asyncio

import pytest

from serving.release import Release
from tests.literal_release import ACORN, publish
from tests.serving.mall import Mall

PATH = "/v1/kpis/activity_rate?from=2026-03-01&to=2026-03-31"


@pytest.fixture
def asked(monkeypatch):
    """What is asked of releases."""
    found = []
    rows = Release.rows

    async def noted(self, sql, *parameters):
        found.append(sql)
        return await rows(self, sql, *parameters)

    monkeypatch.setattr(Release, "rows", noted)
    return found


async def test_it_is_sent_as_it_was_made(acorn, asked):
    first = await acorn.get(PATH)
    asked.clear()
    second = await acorn.get(PATH)
    assert asked == []
    assert (second.status_code, second.content, second.headers) == (200, first.content, first.headers)
    other = await acorn.get(PATH.replace("03-31", "03-30"))
    assert asked
    assert other.json()["rows"] == first.json()["rows"][:-1]
    at_hand = await acorn.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (at_hand.status_code, at_hand.content) == (304, b"")


async def test_it_is_of_one_tenant_and_of_one_release(acorn, as_birch, releases):
    mine = (await acorn.get(PATH)).json()
    other = (await acorn.get(PATH, headers=as_birch)).json()
    assert other["rows"] != mine["rows"]
    assert (await acorn.get(PATH)).json() == mine
    publish(releases, "next")
    async with asyncio.timeout(10):
        while (await acorn.get(PATH)).json()["release_id"] != "next":
            await asyncio.sleep(0.02)


async def test_a_revoked_key_is_told_nothing_that_was_made_for_it(acorn, mall: Mall):
    assert (await acorn.get(PATH)).status_code == 200
    mall.revoke_keys(ACORN)
    assert (await acorn.get(PATH)).status_code == 401


async def test_refusals_and_what_changes_by_itself_are_made_anew(acorn, asked):
    for path in ("/v1/kpis/no_such", "/health", "/v1/kpis/activity_rate?form=x"):
        first = await acorn.get(path)
        asked.clear()
        assert (await acorn.get(path)).status_code == first.status_code
        assert asked or path != "/v1/kpis/no_such"


async def test_it_is_counted_with_its_route(acorn):
    for _ in range(2):
        await acorn.get(PATH)
    line = 'serving_requests_total{method="GET",route="/v1/kpis/{metric}",status="200"} 2'
    assert line in (await acorn.get("/metrics")).text.splitlines()
