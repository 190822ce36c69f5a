import pytest

from tests.literal_release import RELEASE_ID, publish


async def kpi(client, metric, headers=None, **parameters):
    answer = await client.get(f"/v1/kpis/{metric}", params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_metric_comes_with_its_definition_and_target(still):
    answer = await kpi(still, "activity_rate", grain="month")
    rows = answer.pop("rows")
    assert answer == {
        "release_id": RELEASE_ID,
        "generated_at": "2026-04-01T03:00:00Z",
        "degraded": False,
        "landed_at": "2026-04-01T01:59:30Z",
        "metric": "activity_rate",
        "grain": "month",
        "name": {"zh": "月活跃率", "en": "Monthly activity rate"},
        "definition": {
            "zh": "当月至少有一次行为、积分获取或兑换的会员占月末注册会员的比例",
            "en": "Members with an event, earn or redemption of their own in the month, "
            "of members registered at its end",
        },
        "numerator": {"zh": "活跃会员数", "en": "Active members"},
        "denominator": {"zh": "注册会员数", "en": "Registered members"},
        "target": 0.3,
        "direction": "at_least",
        "unit": "rate",
    }
    assert [(row["period"], row["value"]) for row in rows] == [
        ("2026-01-01", 0.2),
        ("2026-02-01", 0.3),
        ("2026-03-01", 0.4),
    ]


async def test_a_sampled_rate_carries_its_interval(still):
    answer = await kpi(still, "satisfaction_rate", grain="month")
    assert answer["rows"][1] == {
        "period": "2026-02-01",
        "numerator": 8,
        "denominator": 10,
        "value": 0.8,
        "n": 10,
        "low": 0.4902,
        "high": 0.9433,
    }


async def test_a_value_is_null_where_nothing_was_there_to_divide_by(still):
    answer = await kpi(still, "consumption_rate", grain="month")
    february = answer["rows"][1]
    assert (february["numerator"], february["denominator"], february["value"]) == (2500, 0, None)


@pytest.mark.parametrize(
    ("parameters", "first", "last", "count"),
    [
        ({}, "2026-01-01", "2026-03-31", 90),
        ({"from": "2026-03-30"}, "2026-03-30", "2026-03-31", 2),
        ({"to": "2026-01-01"}, "2026-01-01", "2026-01-01", 1),
        ({"from": "2026-02-01", "to": "2026-02-28", "grain": "day"}, "2026-02-01", "2026-02-28", 28),
        ({"from": "2026-01-15", "to": "2026-02-01", "grain": "month"}, "2026-01-01", "2026-02-01", 2),
    ],
)
async def test_from_and_to_are_both_included(still, parameters, first, last, count):
    rows = (await kpi(still, "activity_rate", **parameters))["rows"]
    assert (rows[0]["period"], rows[-1]["period"], len(rows)) == (first, last, count)


async def test_a_period_without_figures_has_no_rows(still):
    assert (await kpi(still, "activity_rate", **{"from": "2030-01-01"}))["rows"] == []


async def test_a_tenant_sees_its_own_figures_only(still, as_birch):
    rows = (await kpi(still, "activity_rate", headers=as_birch, grain="month"))["rows"]
    assert [(row["period"], row["numerator"], row["denominator"]) for row in rows] == [("2026-03-01", 5, 50)]


async def test_an_unknown_metric_is_not_found_and_the_known_are_listed(still):
    answer = await still.get("/v1/kpis/happiness")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pointmart:problem:unknown-metric"
    assert answer.json()["known_metrics"] == [
        "activity_rate",
        "consumption_rate",
        "consumption_rate_cumulative",
        "satisfaction_rate",
    ]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "2026-02-02", "to": "2026-02-01"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"grain": "week"}, "grain"),
    ],
)
async def test_bad_parameters_are_refused_by_name(still, parameters, field):
    answer = await still.get("/v1/kpis/activity_rate", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:pointmart:problem:invalid-request"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("yesterday", "must be a day, written like 2026-03-31"),
        ("86400", "must be a day, written like 2026-03-31"),
        ("2026-03-31T00:00:00", "must be a day, written like 2026-03-31"),
        ("2026-02-30", "there is no such day"),
    ],
)
async def test_what_is_no_day_is_told_so(still, day, message):
    answer = await still.get("/v1/kpis/activity_rate", params={"to": day})
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"to: {message}"


async def test_a_parameter_that_does_not_exist_is_refused_with_those_that_do(still):
    answer = await still.get("/v1/kpis/activity_rate", params={"grain": "month", "form": "2026-01-01"})
    assert answer.status_code == 422
    assert (
        answer.json()["detail"]
        == "query.form: there is no such parameter; there are from, grain, segment, to"
    )
    assert (await still.get("/health", params={"probe": "1"})).status_code == 200


async def test_a_metric_is_told_of_the_members_of_a_segment(still, as_birch):
    answer = await kpi(still, "activity_rate", grain="month", segment="champion")
    assert [(row["period"], row["numerator"], row["value"]) for row in answer["rows"]] == [
        ("2026-02-01", 6, 0.6),
        ("2026-03-01", 9, 0.9),
    ]
    active = await kpi(still, "activity_rate", grain="month", segment="active")
    assert [row["denominator"] for row in active["rows"]] == [30]
    other = await kpi(still, "activity_rate", as_birch, grain="month", segment="champion")
    assert [row["denominator"] for row in other["rows"]] == [3]


@pytest.mark.parametrize(
    ("metric", "parameters", "status", "told"),
    [
        ("activity_rate", {"segment": "champion"}, 422, "grain=month"),
        ("activity_rate", {"segment": "best", "grain": "month"}, 422, "there are active, "),
        ("satisfaction_rate", {"segment": "champion", "grain": "month"}, 404, "activity_rate"),
    ],
)
async def test_what_is_not_told_of_segments_is_refused_with_what_is(still, metric, parameters, status, told):
    answer = await still.get(f"/v1/kpis/{metric}", params=parameters)
    assert answer.status_code == status
    assert told in answer.json()["detail"]


async def test_a_release_from_before_metrics_said_where_their_values_are_tells_them_all_the_same(
    still, releases, settings, serve
):
    forget = "alter table marts.dim_metric drop column values_mart"
    publish(releases, "older", lambda release: release.execute(forget))
    async with serve(settings) as acorn:
        answer = (await acorn.get("/v1/kpis")).json()
        assert answer["release_id"] == "older"
        assert answer["rows"] == (await still.get("/v1/kpis")).json()["rows"]
        assert len((await kpi(acorn, "activity_rate", grain="month"))["rows"]) == 3


async def test_what_a_release_is_from_before_is_refused_as_that(releases, settings, serve):
    def forget(release):
        release.execute("alter table marts.fct_item_performance_by_segment_monthly drop column view_count")
        release.execute("alter table marts.fct_items_to_improve drop column peer_price_points")

    publish(releases, "older", forget)
    async with serve(settings) as acorn:
        for path in ("/v1/item-performance?segment=champion", "/v1/items-to-improve"):
            answer = await acorn.get(path)
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:older-release")
            assert "release older is from before this was told" in answer.json()["detail"]
        assert (await acorn.get("/v1/item-performance")).status_code == 200
