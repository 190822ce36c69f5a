from uuid import uuid4

import pytest

from tests.literal_release import FOOD, HOME, LEISURE, RICE, TEA, UMBRELLA


async def forecast(client, headers=None, **parameters):
    answer = await client.get("/v1/forecasts", params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_items_forecast_comes_day_by_day_with_its_quantiles(still):
    answer = await forecast(still, item_id=TEA)
    assert (answer["level"], answer["series_id"], answer["degraded"]) == ("item", str(TEA), False)
    assert len(answer["rows"]) == 28
    assert answer["rows"][0] == {
        "date": "2026-04-01",
        "mean": 5.0,
        "q05": 3.0,
        "q50": 4.5,
        "q90": 8.0,
        "q95": 9.0,
        "model": "combination",
        "origin_date": "2026-03-31",
    }


async def test_a_categorys_forecast_is_its_own(still):
    answer = await forecast(still, category=FOOD, **{"from": "2026-04-04", "to": "2026-04-05"})
    assert (answer["level"], answer["series_id"]) == ("category", FOOD)
    assert [(row["date"], row["mean"]) for row in answer["rows"]] == [
        ("2026-04-04", 13.0),
        ("2026-04-05", 13.0),
    ]


@pytest.mark.parametrize("series", [{"item_id": str(RICE)}, {"category": LEISURE}])
async def test_a_series_without_a_forecast_has_no_rows(still, series):
    assert (await forecast(still, **series))["rows"] == []


@pytest.mark.parametrize(
    "series", [{"item_id": str(uuid4())}, {"item_id": str(UMBRELLA)}, {"category": "nothing"}]
)
async def test_what_the_tenant_does_not_offer_is_not_found(still, series):
    answer = await still.get("/v1/forecasts", params=series)
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:pointmart:problem:unknown-series"


async def test_a_tenant_sees_its_own_forecasts_only(still, as_birch):
    assert (await forecast(still, headers=as_birch, item_id=TEA))["rows"] == []
    assert len((await forecast(still, headers=as_birch, category=HOME))["rows"]) == 28
    assert (await forecast(still, category=HOME))["rows"] == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "item_id"),
        ({"item_id": str(TEA), "category": FOOD}, "item_id"),
        ({"item_id": "tea"}, "item_id"),
        ({"category": "x" * 201}, "category"),
        ({"item_id": str(TEA), "from": "2026-04-02", "to": "2026-04-01"}, "from"),
    ],
)
async def test_bad_parameters_are_refused_by_name(still, parameters, field):
    answer = await still.get("/v1/forecasts", params=parameters)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def what_if(client, headers=None, **parameters):
    answer = await client.get("/v1/forecasts/what-if", params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_a_flash_sale_would_change_comes_day_by_day(still):
    answer = await what_if(still, item_id=TEA, **{"from": "2026-04-02", "to": "2026-04-03"})
    assert (answer["item_id"], answer["reason"], len(answer["rows"])) == (str(TEA), None, 2)
    assert answer["rows"][0] == {
        "date": "2026-04-02",
        "mean_without": 5.0,
        "q05_without": 3.0,
        "q50_without": 4.5,
        "q90_without": 8.0,
        "q95_without": 9.0,
        "mean_with": 10.0,
        "q05_with": 6.0,
        "q50_with": 9.0,
        "q90_with": 16.0,
        "q95_with": 18.0,
        "extra_mean": 5.0,
        "origin_date": "2026-03-31",
    }


async def test_no_effect_is_told_where_none_was_learned(still, as_birch):
    new = await what_if(still, item_id=RICE)
    assert (new["reason"], new["rows"]) == ("item_too_new", [])
    late = await what_if(still, item_id=TEA, **{"from": "2027-01-01"})
    assert (late["reason"], late["rows"]) == ("days_not_forecast", [])
    none = await what_if(still, headers=as_birch, item_id=UMBRELLA)
    assert (none["reason"], none["rows"]) == ("no_sale_seen", [])


@pytest.mark.parametrize(("item_id", "status"), [(str(UMBRELLA), 404), ("tea", 422), (None, 422)])
async def test_what_if_asks_for_an_item_of_the_tenant(still, item_id, status):
    parameters = {} if item_id is None else {"item_id": item_id}
    assert (await still.get("/v1/forecasts/what-if", params=parameters)).status_code == status
