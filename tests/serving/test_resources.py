"""What a release says beside KPIs and forecasts: segments, items, suppliers, reports, experiments; each of one tenant."""

import pytest

from tests.literal_release import (
    FOOD,
    LAN,
    LEISURE,
    MEI,
    MUG,
    OTTO,
    RELEASE_ID,
    RICE,
    TEA,
    UMBRELLA,
)

SECTIONS = {"release_id": RELEASE_ID, "generated_at": "2026-04-01T03:00:00Z", "degraded": False}


async def got(client, path, headers=None, **parameters):
    answer = await client.get(path, params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def problem(client, path, **parameters):
    answer = await client.get(path, params=parameters)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("urn:pointmart:problem:")


async def test_all_members_are_in_one_segment_and_one_stage(still, as_birch):
    answer = await got(still, "/v1/segments")
    assert answer.items() >= SECTIONS.items()
    assert answer["month"] == "2026-03-01"
    counts = [(row["kind"], row["key"], row["member_count"]) for row in answer["rows"]]
    assert counts == [
        ("rfm", "champion", 1), ("rfm", "loyal", 0), ("rfm", "newcomer", 1),
        ("lifecycle", "new", 1), ("lifecycle", "active", 1),
    ]  # fmt: skip
    february = await got(still, "/v1/segments", month="2026-02")
    assert [row["member_count"] for row in february["rows"]] == [0, 1, 1, 1, 1]
    assert sum(row["member_count"] for row in (await got(still, "/v1/segments", as_birch))["rows"]) == 2


async def test_a_month_without_members_has_no_segments(still):
    answer = await got(still, "/v1/segments", month="2020-01")
    assert (answer["month"], answer["rows"]) == ("2020-01-01", [])
    assert await problem(still, "/v1/segments", month="2026-13") == (422, "invalid-request")


async def test_where_a_member_stood_is_told_by_month_to_its_own_tenant(still, as_birch):
    answer = await got(still, f"/v1/segments/members/{MEI}")
    assert [(row["month"], row["segment"]) for row in answer["rows"]] == [
        ("2026-03-01", "champion"), ("2026-02-01", "loyal"),
    ]  # fmt: skip
    assert answer["rows"][0]["lifecycle_stage"] == "active"
    assert await problem(still, f"/v1/segments/members/{OTTO}") == (404, "member-not-counted")
    assert (await got(still, f"/v1/segments/members/{OTTO}", as_birch))["member_id"] == str(OTTO)


async def test_items_of_the_latest_month_come_the_most_viewed_first(still):
    answer = await got(still, "/v1/item-performance")
    assert (answer["month"], answer["total"], answer["limit"], answer["offset"]) == ("2026-03-01", 3, 100, 0)
    assert [row["item_id"] for row in answer["rows"]] == [str(TEA), str(RICE), str(MUG)]
    tea, rice, mug = answer["rows"]
    assert (tea["name"], tea["category"], tea["redemption_rate"], tea["mean_score"]) == (
        "茶叶礼盒",
        FOOD,
        0.4,
        4.5,
    )
    assert (rice["refused_quantity"], mug["redemption_rate"]) == (9, None)


@pytest.mark.parametrize(
    ("parameters", "items"),
    [
        ({"sort": "refused"}, [RICE, TEA, MUG]),
        ({"sort": "redemption_rate"}, [TEA, RICE, MUG]),
        ({"category": FOOD}, [TEA, RICE]),
        ({"category": LEISURE}, []),
        ({"limit": 1}, [TEA]),
        ({"limit": 1, "offset": 1}, [RICE]),
        ({"offset": 3}, []),
        ({"month": "2026-02", "limit": 2}, [TEA, RICE]),
        ({"item_id": str(RICE)}, [RICE, RICE]),
        ({"item_id": str(UMBRELLA)}, []),
    ],
)
async def test_items_are_filtered_sorted_and_paged(still, parameters, items):
    answer = await got(still, "/v1/item-performance", **parameters)
    assert [row["item_id"] for row in answer["rows"]] == [str(item) for item in items]


@pytest.mark.parametrize(
    "parameters", [{"limit": 0}, {"limit": 501}, {"offset": -1}, {"sort": "name"}, {"page": 1}]
)
async def test_pages_out_of_range_are_refused(still, parameters):
    assert await problem(still, "/v1/item-performance", **parameters) == (422, "invalid-request")


async def test_items_are_told_of_the_members_of_a_segment(still, as_birch):
    answer = await got(still, "/v1/item-performance", segment="champion")
    assert [(row["item_id"], row["view_count"], row["redemption_rate"]) for row in answer["rows"]] == [
        (str(RICE), 30, 0.2),
        (str(TEA), 20, 0.5),
    ]
    # What is said of the item itself is the same whoever the members.
    assert (answer["rows"][0]["refused_quantity"], answer["rows"][0]["exposure_rank"]) == (9, None)
    assert answer["total"] == 2
    active = await got(still, "/v1/item-performance", segment="active", item_id=str(TEA))
    assert [row["points"] for row in active["rows"]] == [4_400]
    (birch,) = (await got(still, "/v1/item-performance", as_birch, segment="champion"))["rows"]
    assert birch["item_id"] == str(UMBRELLA)
    assert (await got(still, "/v1/item-performance", segment="loyal"))["rows"] == []
    assert await problem(still, "/v1/item-performance", segment="best") == (422, "invalid-request")


async def test_items_to_improve_say_why(still, as_birch):
    answer = await got(still, "/v1/items-to-improve")
    (row,) = answer["rows"]
    assert (row["item_id"], row["reason"], row["is_poorly_rated"]) == (str(RICE), "poor_ratings", True)
    (birch,) = (await got(still, "/v1/items-to-improve", as_birch))["rows"]
    assert birch["reason"] == "few_views"


async def test_suppliers_are_judged_by_days_and_quantities(still, as_birch):
    answer = await got(still, "/v1/suppliers")
    assert [row["supplier_code"] for row in answer["rows"]] == ["mug-makers", "tea-house"]
    mugs, tea = answer["rows"]
    assert (tea["on_time_in_full_rate"], tea["fill_rate"], tea["mean_late_days"]) == (0.25, 0.7, 0.67)
    assert (mugs["line_count"], mugs["fill_rate"]) == (0, None)
    worst = await got(still, "/v1/suppliers", sort="fill_rate", limit=1)
    assert (worst["rows"][0]["supplier_code"], worst["total"]) == ("tea-house", 2)
    assert [row["supplier_code"] for row in (await got(still, "/v1/suppliers", as_birch))["rows"]] == ["rain"]


async def test_suppliers_are_scored_by_month_from_what_was_measured(still, as_birch):
    answer = await got(still, "/v1/suppliers/scores")
    assert (answer["month"], answer["unit"], answer["name"]["en"]) == (
        "2026-03-01",
        "score",
        "Supplier score",
    )
    lowest, best = answer["rows"]
    assert (lowest["supplier_code"], lowest["score"], lowest["is_small_sample"], lowest["n"]) == (
        "mug-makers", 0.5, True, 4,
    )  # fmt: skip
    assert [(part["component"], part["numerator"], part["rate"]) for part in lowest["parts"]] == [
        ("ship_48h", 9, 0.9),
        ("answer", 0, None),
    ]
    assert (best["low"], best["high"], len(best["parts"])) == (0.8, 1.0, 1)
    (earlier,) = (await got(still, "/v1/suppliers/scores", month="2026-02"))["rows"]
    assert (earlier["score"], earlier["parts"]) == (0.7, [])
    assert [row["supplier_code"] for row in (await got(still, "/v1/suppliers/scores", as_birch))["rows"]] == [
        "rain"
    ]


async def test_a_value_score_shows_what_each_part_was_measured_from(still, as_birch):
    answer = await got(still, "/v1/value-score")
    assert (answer["month"], answer["metric"]) == ("2026-03-01", "value_score")
    assert answer["score"]["value_score"] == 0.67
    assert [(part["part"], part["metric"], part["value"]) for part in answer["parts"]] == [
        ("functional", "activity_rate", 0.4),
        ("price", "fee_share", 0.2),
    ]
    assert (await got(still, "/v1/value-score", month="2025-01"))["score"] is None
    assert (await got(still, "/v1/value-score", as_birch))["score"]["value_score"] == 0.9


async def test_money_is_told_by_month(still, as_birch):
    answer = await got(still, "/v1/money")
    assert [(row["month"], row["waived_fen"], row["fee_share"]) for row in answer["rows"]] == [
        ("2026-03-01", 400, 0.2),
        ("2026-02-01", 900, None),
    ]
    march = answer["rows"][0]
    assert (march["paid_fen"], march["unpaid_fen"], march["overdue_fen"]) == (600, 150, 100)
    assert (await got(still, "/v1/money", as_birch))["rows"][0]["due_fen"] == 7


async def test_the_liability_of_points_is_told_by_month_with_its_definition(still, as_birch):
    answer = await got(still, "/v1/points-liability", limit=1)
    assert (answer["metric"], answer["unit"], answer["total"]) == ("points_liability", "fen", 2)
    (march,) = answer["rows"]
    assert (march["month"], march["liability_fen"], march["cost_fen"]) == ("2026-03-01", 405, 720)
    assert [row["liability_fen"] for row in (await got(still, "/v1/points-liability", as_birch))["rows"]] == [
        5
    ]


async def test_click_through_is_told_by_where_and_by_what_items_were_shown(still, as_birch):
    answer = await got(still, "/v1/recommendation-placements")
    places = [(row["context"], row["position"], row["month"]) for row in answer["placements"]]
    assert places == [
        ("basket", 1, "2026-03-01"),
        ("home", 1, "2026-03-01"),
        ("home", 1, "2026-02-01"),
    ]
    answer = await got(still, "/v1/recommendation-placements", context="basket")
    (row,) = answer["placements"]
    assert (answer["total"], row["click_count"], row["impression_count"], row["click_rate"]) == (
        1,
        4,
        20,
        0.2,
    )
    assert (await got(still, "/v1/recommendation-placements", as_birch))["placements"] == []


async def test_the_readout_of_the_experiment_has_intervals(still, as_birch):
    answer = await got(still, "/v1/recommendation-experiment")
    (row,) = answer["comparisons"]
    assert (row["difference"], row["low"], row["high"], row["is_decided"]) == (0.1, 0.03, 0.17, True)
    assert [policy["policy"] for policy in answer["policies"]] == ["popularity", "recipe"]
    assert (await got(still, "/v1/recommendation-experiment", as_birch))["comparisons"] == []


async def test_the_report_of_a_month_tells_changes_and_what_misses(still):
    answer = await got(still, "/v1/reports/monthly", month="2026-02")
    figures = {figure["metric"]: figure for figure in answer["figures"]}
    activity, consumption, satisfied = (
        figures[m] for m in ("activity_rate", "consumption_rate", "satisfaction_rate")
    )
    assert (activity["value"], activity["previous_value"], activity["last_year_value"]) == (0.3, 0.2, None)
    assert activity["change"] == pytest.approx(0.1)
    assert (activity["is_on_target"], consumption["is_on_target"], satisfied["is_on_target"]) == (
        True,
        None,
        False,
    )
    (alert,) = answer["alerts"]
    # 8 of 10 answers: the target of 85 % is within what chance allows.
    assert (alert["metric"], alert["is_certain"]) == ("satisfaction_rate", False)
    assert alert["sentence"] == {
        "zh": "满意率为 80.0%，低于目标 85.0%",
        "en": "Satisfaction rate is 80.0%, below its target of 85.0%",
    }
    assert answer["is_whole_month"] is True


async def test_the_latest_report_names_items_to_improve_and_the_tenants_own_alerts(still, as_birch):
    answer = await got(still, "/v1/reports/monthly")
    assert (answer["month"], answer["alerts"]) == ("2026-03-01", [])
    assert [row["item_id"] for row in answer["items_to_improve"]] == [str(RICE)]
    birch = await got(still, "/v1/reports/monthly", as_birch)
    assert [(alert["metric"], alert["is_certain"]) for alert in birch["alerts"]] == [("activity_rate", True)]
    assert [row["item_id"] for row in birch["items_to_improve"]] == [str(UMBRELLA)]


async def test_metrics_tell_by_what_they_can_be_broken_down(still):
    answer = await got(still, "/v1/kpis")
    assert {row["metric"]: row["breakdowns"] for row in answer["rows"]} == {
        "activity_rate": ["segment", "lifecycle_stage"],
        "consumption_rate": ["category", "price_band", "segment", "lifecycle_stage"],
        "consumption_rate_cumulative": [],
        "satisfaction_rate": ["segment", "lifecycle_stage"],
    }


@pytest.mark.parametrize(
    ("metric", "parameters", "slices"),
    [
        ("consumption_rate", {"by": "category"}, [(FOOD, 500, 500)]),
        ("consumption_rate", {"by": "category", "from": "2026-02-01"}, [(FOOD, 400, 500)]),
        ("consumption_rate", {"by": "price_band"}, [("100-499", 500, 500)]),
        ("consumption_rate", {"by": "segment", "to": "2026-02-28"}, [("loyal", 300, 300)]),
        ("activity_rate", {"by": "segment"}, [("champion", 1, 1), ("newcomer", 1, 1)]),
        ("activity_rate", {"by": "lifecycle_stage", "to": "2026-03-20"}, [("active", 1, 1), ("new", 0, 1)]),
        # Before the first month told nobody belongs to any segment.
        ("satisfaction_rate", {"by": "segment", "to": "2026-01-31"}, []),
        ("satisfaction_rate", {"by": "segment", "from": "2026-02-01"}, [("champion", 1, 1)]),
    ],
)
async def test_a_metric_is_broken_down_into_the_rows_behind_it(still, metric, parameters, slices):
    answer = await got(still, f"/v1/kpis/{metric}/breakdown", **parameters)
    assert [(row["key"], row["numerator"], row["denominator"]) for row in answer["rows"]] == slices
    assert (answer["metric"], answer["by"]) == (metric, parameters["by"])


async def test_breakdowns_are_of_one_tenant(still, as_birch):
    answer = await got(still, "/v1/kpis/consumption_rate/breakdown", as_birch, by="price_band")
    assert [(row["key"], row["numerator"]) for row in answer["rows"]] == [("0-99", 900)]


async def test_what_a_metric_cannot_be_broken_down_by_is_told_with_what_it_can(still):
    answer = await still.get("/v1/kpis/activity_rate/breakdown", params={"by": "category"})
    assert (answer.status_code, answer.json()["breakdowns"]) == (404, ["segment", "lifecycle_stage"])
    assert await problem(still, "/v1/kpis/happiness/breakdown", by="category") == (404, "unknown-metric")
    assert await problem(still, "/v1/kpis/activity_rate/breakdown") == (422, "invalid-request")


async def test_the_whole_shops_forecast_and_a_horizon(still):
    answer = await got(still, "/v1/forecasts", level="tenant", horizon=3)
    assert [row["date"] for row in answer["rows"]] == ["2026-04-01", "2026-04-02", "2026-04-03"]
    assert (answer["series_id"], answer["rows"][0]["mean"]) == ("all", 13.0)
    assert await problem(still, "/v1/forecasts", level="tenant", item_id=str(TEA)) == (422, "invalid-request")


RELEASE_ONLY = [
    "/v1/kpis", "/v1/kpis/activity_rate", "/v1/kpis/activity_rate/breakdown?by=segment", "/v1/segments",
    f"/v1/segments/members/{LAN}", "/v1/item-performance", "/v1/items-to-improve", "/v1/forecasts?level=tenant",
    "/v1/holiday-plans", "/v1/holiday-plans/labour-day?first_day=2026-05-01", "/v1/suppliers", "/v1/reports/monthly", "/v1/suppliers/scores", "/v1/value-score", "/v1/money", "/v1/points-liability",
    "/v1/recommendation-experiment",
    "/v1/recommendation-placements",
]  # fmt: skip


@pytest.mark.parametrize("path", RELEASE_ONLY)
async def test_what_the_client_has_is_not_sent_again(still, path):
    first = await still.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, max-age=5, must-revalidate"
    for known in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
        again = await still.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await still.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_tag_holds_for_one_tenant_one_question_and_one_release(still, as_birch):
    tag = (await still.get("/v1/segments")).headers["etag"]
    for path, headers in (("/v1/segments?month=2026-02", {}), ("/v1/segments", as_birch)):
        answer = await still.get(path, headers={**headers, "If-None-Match": tag})
        assert (answer.status_code, answer.headers["etag"] != tag) == (200, True)
    stranger = await still.get("/v1/segments", headers={"Authorization": "Bearer x", "If-None-Match": tag})
    assert stranger.status_code == 401
    # Who looks at what a member just did never looks at yesterday's answer.
    assert (await still.get(f"/v1/recommendations/{MEI}")).headers["cache-control"] == "no-store"
