"""The register of licences: told 90, 30 and 7 days before and on the last day, until a renewal is registered."""

from datetime import date, timedelta
from random import Random

import asyncpg
import pytest

from transactional.licences.domain import levels_reached
from transactional.licences.jobs import watch
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

LICENCE = {
    "kind": "value_added_telecom", "number": "B2-1", "holder": "积分商城", "valid_from": "2021-05-01",
    "expires_on": "2026-05-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("days", "levels"), [(91, []), (90, [90]), (31, [90]), (7, [90, 30, 7]), (0, [90, 30, 7, 0])]
)
def test_levels_are_reached_in_turn(days, levels):
    assert levels_reached(date(2026, 5, 1), date(2026, 5, 1) - timedelta(days=days)) == levels


@pytest.fixture
def add(operator):
    async def add(**changes):
        return await operator.post(
            "/v1/platform/licences", json=LICENCE | {"registered_by": "wu.min"} | changes
        )

    return add


@pytest.fixture
def alerts(operator):
    async def alerts(**asked):
        found = (await operator.get("/v1/platform/licences/alerts", params=asked)).json()["alerts"]
        return [(one["number"], one["days_before"], one["closed_at"] is None) for one in found]

    return alerts


async def test_an_alert_opens_once_and_closes_with_the_renewal(add, alerts, app, clock, operator):
    assert (await add()).status_code == 201
    assert await alerts() == [("B2-1", 90, True)]
    context = JobContext(
        app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), Random(1)
    )
    clock.now += timedelta(days=40)
    for _ in range(2):
        await watch(context)
    assert await alerts() == [("B2-1", 30, True), ("B2-1", 90, True)]
    (first, _) = (await operator.get("/v1/platform/licences/alerts")).json()["alerts"]
    url = f"/v1/platform/licences/alerts/{first['alert_id']}/acknowledgement"
    seen = [
        (await operator.post(url, json={"acknowledged_by": who})).json()["acknowledged_by"]
        for who in ("a", "b")
    ]
    assert seen == ["a", "a"]
    gap = await add(number="B2-2", valid_from="2026-06-01", expires_on="2031-06-01")
    assert gap.status_code == 201
    assert len(await alerts()) == 2, "it begins a month after the old one ends"
    await add(number="B2-3", valid_from="2026-05-02", expires_on="2031-05-01")
    assert await alerts() == []
    assert await alerts(with_closed=True) == [("B2-1", 30, False), ("B2-1", 90, False)]


async def test_a_licence_is_registered_once(add, client, clock, owner):
    made = (await add()).json()
    again = await add()
    assert (again.status_code, again.json()) == (200, made)
    assert (await add(holder="x")).json()["type"] == "urn:pointmart:problem:licence-exists"
    assert (await add(number="n", expires_on="2021-04-30")).status_code == 422
    assert (await client.get("/v1/licences")).json()["licences"] == [made]
    assert made["is_valid"]
    clock.now += timedelta(days=100)
    (lapsed,) = (await client.get("/v1/licences")).json()["licences"]
    assert not lapsed["is_valid"]
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute("delete from mall.licence")


async def test_a_file_is_registered_whole_or_not_at_all(operator, client):
    head, good = (
        "kind,number,holder,valid_from,expires_on\n",
        "internet_culture,C-1,商城,2024-01-01,2027-01-01\n",
    )
    send = {"headers": {"Content-Type": "text/csv"}}
    url = "/v1/platform/licences/import?registered_by=x"
    for wrong, row in ((good.replace("商城", "x"), 2), ("a,b,c,2024-01-01,2023-01-01\n", 2)):
        refused = await operator.post(url, content=(head + good + wrong).encode(), **send)
        assert [one["row"] for one in refused.json()["rows"]] == [row]
    assert (await client.get("/v1/licences")).json()["licences"] == []
    made = await operator.post(url, content=(head + good).encode(), **send)
    assert made.json() == {"registered": 1, "known": 0}
