import pytest

from tests.literal_release import RICE, TEA


async def test_plans_come_by_their_first_day_with_what_they_come_to(still):
    answer = (await still.get("/v1/holiday-plans")).json()
    assert answer["degraded"] is False
    assert [(row["occasion_id"], row["first_day"], row["quantity"]) for row in answer["rows"]] == [
        ("labour-day", "2026-05-01", 60),
        ("dragon-boat", "2026-06-19", 0),
    ]
    assert answer["rows"][0]["too_late_line_count"] == 1
    assert answer["rows"][1]["first_order_by"] is None


async def test_lines_come_the_most_urgent_first_with_why_they_were_cut(still):
    answer = (await still.get("/v1/holiday-plans/labour-day", params={"first_day": "2026-05-01"})).json()
    assert [row["item_id"] for row in answer["rows"]] == [str(TEA), str(RICE)]
    tea, rice = answer["rows"]
    assert (tea["wish_quantity"], tea["budget_quantity"], tea["quantity"]) == (70, -10, 60)
    assert (tea["expiring_quantity"], rice["expiring_quantity"]) == (5, 0)
    assert (tea["order_by"], tea["arrives_on"], tea["confidence"]) == ("2026-04-10", "2026-04-17", "high")
    assert (rice["quantity"], rice["order_by"], rice["is_too_late"]) == (0, None, True)


async def test_a_tenant_sees_its_own_plans_only(still, as_birch):
    assert (await still.get("/v1/holiday-plans", headers=as_birch)).json()["rows"] == []
    url = "/v1/holiday-plans/labour-day"
    told = await still.get(url, headers=as_birch, params={"first_day": "2026-05-01"})
    assert (told.status_code, told.json()["type"]) == (404, "urn:pointmart:problem:unknown-holiday-plan")


@pytest.mark.parametrize("parameters", [{}, {"first_day": "soon"}, {"first_day": "2026-05-01", "day": "x"}])
async def test_a_holiday_is_named_with_its_day(still, parameters):
    assert (await still.get("/v1/holiday-plans/labour-day", params=parameters)).status_code == 422
