import pytest

from serving.database import open_database
from serving.keys import DatabaseUnavailable, KeyRing, PlatformCaller, PlatformKeyNeeded
from tests.literal_release import ACORN
from tests.serving.gate import running_gate
from tests.serving.mall import ACORN_KEY, PIPELINE_KEY, PLATFORM_KEY

PLATFORM = {"Authorization": f"Bearer {PLATFORM_KEY}"}
PATHS = ["/v1/platform/holiday-plans", "/v1/platform/holiday-plans/x", "/v1/platform/kpis/activity_rate"]


async def test_all_tenants_plans_come_by_their_first_day(still):
    answer = (await still.get("/v1/platform/holiday-plans", headers=PLATFORM)).json()
    assert (answer["degraded"], [row["occasion_id"] for row in answer["rows"]]) == (
        False,
        ["labour-day", "dragon-boat"],
    )
    plan = answer["rows"][0]
    assert (plan["tenant_count"], plan["quantity"], plan["budget_quantity"]) == (1, 60, -10)
    assert (plan["stock_outs_without"], plan["stock_outs_with"]) == (1.6, 0.9)


async def test_a_holidays_plans_are_told_tenant_by_tenant(still):
    url = "/v1/platform/holiday-plans/labour-day"
    answer = (await still.get(url, headers=PLATFORM, params={"first_day": "2026-05-01"})).json()
    (row,) = answer["rows"]
    assert (row["tenant_id"], row["code"]) == (str(ACORN), "acorn")
    assert (row["quantity"], row["purchase_fen"], row["first_order_by"]) == (60, 30_000, "2026-04-10")


async def test_a_holiday_nobody_plans_for_is_not_found(still):
    url = "/v1/platform/holiday-plans/labour-day"
    answer = await still.get(url, headers=PLATFORM, params={"first_day": "2026-05-02"})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:pointmart:problem:unknown-holiday-plan")


async def test_a_metric_over_all_tenants_tells_how_many_are_in_it(still):
    params = {"grain": "month", "from": "2026-03-15"}
    answer = (await still.get("/v1/platform/kpis/activity_rate", headers=PLATFORM, params=params)).json()
    assert answer["target"] == 0.3
    assert [(row["period"], row["tenant_count"], row["numerator"]) for row in answer["rows"]] == [
        ("2026-03-01", 2, 2)
    ]


async def test_an_unknown_metric_is_told_with_those_there_are(still):
    answer = await still.get("/v1/platform/kpis/wit", headers=PLATFORM)
    assert answer.status_code == 404
    assert "activity_rate" in answer.json()["known_metrics"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        f"Bearer {ACORN_KEY}",
        f"Bearer {PIPELINE_KEY}",
        f"Basic {PLATFORM_KEY}",
        f"Bearer {PLATFORM_KEY}x",
    ],
)
async def test_nobody_but_the_platform_reads_of_all_tenants(still, path, authorization):
    request = still.build_request("GET", path, params={"first_day": "2026-05-01"} if path[-1] == "x" else {})
    del request.headers["Authorization"]
    if authorization is not None:
        request.headers["Authorization"] = authorization
    answer = await still.send(request)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:pointmart:problem:platform-key-needed")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "pointmart platform key" in answer.json()["detail"]


async def test_the_platforms_key_is_no_tenants(still):
    answer = await still.get("/v1/holiday-plans", headers=PLATFORM)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:pointmart:problem:unauthenticated")


async def test_what_is_at_hand_of_the_platforms_need_not_be_sent_again(still):
    first = await still.get("/v1/platform/holiday-plans", headers=PLATFORM)
    at_hand = PLATFORM | {"If-None-Match": first.headers["etag"]}
    assert (await still.get("/v1/platform/holiday-plans", headers=at_hand)).status_code == 304
    other = await still.get("/v1/platform/kpis/activity_rate", headers=at_hand)
    assert other.status_code == 200


async def test_a_revoked_platform_key_stops_working(acorn, mall):
    assert (await acorn.get("/v1/platform/holiday-plans", headers=PLATFORM)).status_code == 200
    mall.revoke_platform_keys()
    assert (await acorn.get("/v1/platform/holiday-plans", headers=PLATFORM)).status_code == 401


async def test_while_the_database_is_away_a_platform_key_works_for_the_grace_only(still_database_url):
    now = 100.0
    async with running_gate(still_database_url) as gate, open_database(gate.url) as database:
        keys = KeyRing(database, fresh_seconds=2, grace_seconds=900, monotonic=lambda: now)
        assert await keys.platform_caller(PLATFORM["Authorization"]) == PlatformCaller(is_degraded=False)
        with pytest.raises(PlatformKeyNeeded):
            await keys.platform_caller(f"Bearer {PIPELINE_KEY}")
        await gate.close()
        now = 999.9
        assert await keys.platform_caller(PLATFORM["Authorization"]) == PlatformCaller(is_degraded=True)
        now = 1000.0
        with pytest.raises(DatabaseUnavailable):
            await keys.platform_caller(PLATFORM["Authorization"])
