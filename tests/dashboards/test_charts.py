"""What the charts draw, read from their specification."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from dashboards import charts, items_charts
from dashboards.daily_bars import daily_bars
from dashboards.group_bars import group_bars
from dashboards.words import Words

LABELS = dict.fromkeys(
    ["date", "history", "out_of_stock", "forecast", "low", "high", "origin", "last_year", "own_date"], "label"
)
NO_DAYS = pd.to_datetime([])
NO_YEAR = pd.DataFrame({"date": NO_DAYS, "own_date": NO_DAYS, "quantity": []})
NO_HOLIDAYS = pd.DataFrame({"holiday_date": NO_DAYS, "name": [], "is_chosen": []})


def layers(chart: charts.Chart, mark: str) -> list[dict[str, Any]]:
    return [layer for layer in chart.to_dict()["layer"] if layer["mark"]["type"] == mark]


def test_the_trend_has_its_target_and_its_interval() -> None:
    rows = pd.DataFrame(
        {
            "period": pd.to_datetime(["2026-02-01", "2026-03-01"]),
            "value": [None, 0.9],
            "low": [None, 0.7],
            "high": [None, 0.97],
            "target": [0.85, 0.85],
        }
    )
    chart = charts.trend(
        rows, is_daily=False, target_label="目标 ≥85%", value_label="满意率", period_label="月份"
    )

    [band] = layers(chart, "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    assert band["encoding"]["y"]["scale"]["domain"][0] == 0
    [label] = layers(chart, "text")
    assert chart.to_dict()["datasets"][label["data"]["name"]] == [{"target": 0.85, "text": "目标 ≥85%"}]


@pytest.mark.parametrize(
    ("values", "place"),
    [((0.28, 0.49), ("right", 9)), ((0.6, 0.31), ("left", 9)), ((0.31, 0.1), ("right", -8))],
)
def test_the_targets_label_stands_clear_of_the_line(
    values: tuple[float, float], place: tuple[str, int]
) -> None:
    rows = pd.DataFrame(
        {
            "period": pd.to_datetime(["2026-02-01", "2026-03-01"]),
            "value": values,
            "low": [None, None],
            "high": [None, None],
            "target": [0.3, 0.3],
        }
    )
    chart = charts.trend(
        rows, is_daily=False, target_label="目标 ≥30%", value_label="活跃率", period_label="月份"
    )

    [label] = layers(chart, "text")
    assert (label["mark"]["align"], label["mark"]["dy"]) == place
    assert chart.to_dict()["config"]["axisY"] == {"labelFlush": False}


def test_a_share_of_all_has_room_for_its_words_and_no_number_above_all() -> None:
    rows = pd.DataFrame({"name": ["0–500"], "rate": [0.93], "told": ["93%"], "note": [""], "is_small": False})
    labels = {"group": "价格带", "rate": "占比", "note": "含"}

    [bars] = layers(items_charts.groups(rows, labels=labels), "bar")
    assert bars["encoding"]["x"]["scale"]["domain"][1] > 1
    assert bars["encoding"]["x"]["axis"]["labelExpr"] == "datum.value > 1 ? '' : datum.label"


def test_a_small_rate_is_not_drawn_as_nought() -> None:
    rows = pd.DataFrame(
        {
            "period": pd.to_datetime(["2026-03-01"]),
            "value": [0.0004],
            "low": [None],
            "high": [None],
            "target": [0.3],
        }
    )
    chart = charts.trend(rows, is_daily=True, target_label=None, value_label="活跃率", period_label="日期")

    [line] = layers(chart, "line")
    assert line["encoding"]["y"]["axis"]["format"] == ".3~%"
    assert [tip.get("format") for tip in line["encoding"]["tooltip"]] == ["%Y-%m-%d", ".2%"]


def test_the_fan_begins_after_the_history_and_marks_empty_shelves() -> None:
    history = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-03-30", "2026-03-31"]),
            "quantity": [3.0, 0.0],
            "is_in_stock": [True, False],
        }
    )
    days = pd.DataFrame({"date": pd.to_datetime(["2026-04-01"]), "q05": [1.0], "q50": [3.0], "q95": [6.0]})
    chart = charts.fan(
        history, days, last_year=NO_YEAR, holidays=NO_HOLIDAYS, origin=date(2026, 3, 31), labels=LABELS
    )

    [band] = layers(chart, "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("q05", "q95")
    [empty] = layers(chart, "point")
    marked = chart.to_dict()["datasets"][empty["data"]["name"]]
    assert [(row["date"][:10], row["quantity"]) for row in marked] == [("2026-03-31", 0.0)]


def test_last_year_and_the_holidays_stand_under_this_years_days() -> None:
    history = pd.DataFrame({"date": pd.to_datetime(["2026-03-31"]), "quantity": [1.0], "is_in_stock": [True]})
    days = pd.DataFrame({"date": pd.to_datetime(["2026-04-01"]), "q05": [0.0], "q50": [1.0], "q95": [2.0]})
    last_year = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-05-01"]),
            "own_date": pd.to_datetime(["2025-05-01"]),
            "quantity": [9.0],
        }
    )
    holidays = pd.DataFrame(
        {
            "holiday_date": pd.to_datetime(["2026-04-05", "2026-05-01"]),
            "name": ["清明节", "劳动节"],
            "is_chosen": [False, True],
        }
    )
    chart = charts.fan(
        history, days, last_year=last_year, holidays=holidays, origin=date(2026, 3, 31), labels=LABELS
    )

    dashed = next(layer for layer in layers(chart, "line") if "strokeDash" in layer["mark"])
    (drawn,) = chart.to_dict()["datasets"][dashed["data"]["name"]]
    assert (drawn["date"][:10], drawn["own_date"][:10], drawn["quantity"]) == (
        "2026-05-01",
        "2025-05-01",
        9.0,
    )
    # The time axis reaches to the holiday, though the forecast does not.
    assert dashed["encoding"]["x"]["axis"]["values"][-1]["month"] == 4
    names = [
        row["name"]
        for layer in layers(chart, "text")
        for row in chart.to_dict()["datasets"][layer["data"]["name"]]
        if "name" in row
    ]
    assert sorted(names) == ["劳动节", "清明节"]


def test_days_of_more_than_a_year_are_told_apart_by_their_year() -> None:
    def label_format(first: str, last: str) -> str:
        rows = pd.DataFrame({"period": pd.to_datetime([first, last]), "value": [0.3, 0.4], "low": [None] * 2})
        rows = rows.assign(high=rows["low"], target=0.3)
        chart = charts.trend(
            rows, is_daily=True, target_label=None, value_label="活跃率", period_label="日期"
        )
        [line] = layers(chart, "line")
        return str(line["encoding"]["x"]["axis"]["format"])

    assert label_format("2025-11-01", "2026-02-01") == "%m-%d"
    assert label_format("2024-11-01", "2026-02-01") == "%Y-%m-%d"


def test_pieces_are_counted_in_whole_ones() -> None:
    history = pd.DataFrame({"date": pd.to_datetime(["2026-03-31"]), "quantity": [1.0], "is_in_stock": [True]})
    days = pd.DataFrame({"date": pd.to_datetime(["2026-04-01"]), "q05": [0.0], "q50": [1.0], "q95": [2.0]})
    chart = charts.fan(
        history, days, last_year=NO_YEAR, holidays=NO_HOLIDAYS, origin=date(2026, 3, 31), labels=LABELS
    )

    past = next(
        layer
        for layer in layers(chart, "line")
        if layer["encoding"]["y"]["field"] == "quantity" and "strokeDash" not in layer["mark"]
    )
    assert past["encoding"]["y"]["axis"]["tickMinStep"] == 1


def test_the_model_in_use_stands_out_among_all_with_their_intervals() -> None:
    rows = pd.DataFrame(
        {
            "name": ["two-stage", "popularity"],
            "value": [0.55, 0.37],
            "low": [0.53, None],
            "high": [0.57, None],
            "is_released": [True, False],
        }
    )
    chart = charts.models(
        rows,
        value_format=".3f",
        value_label="NDCG@10",
        labels=dict.fromkeys(["model", "low", "high"], "label"),
    )

    [interval] = layers(chart, "rule")
    assert (interval["encoding"]["x"]["field"], interval["encoding"]["x2"]["field"]) == ("low", "high")
    [point] = layers(chart, "point")
    assert point["encoding"]["x"]["scale"]["domain"][0] == 0
    assert point["encoding"]["y"]["sort"] == ["two-stage", "popularity"]
    assert point["encoding"]["color"]["condition"]["test"] == "datum.is_released"
    # A model without an interval is labelled at its value.
    [label] = layers(chart, "text")
    assert label["transform"][0]["calculate"] == "isValid(datum.high) ? datum.high : datum.value"


def test_bars_by_day_stack_kinds_in_their_colours_and_name_them_where_there_are_several() -> None:
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-03-01", "2026-03-01", "2026-03-02"]),
            "kind": ["放行", "拒绝", "放行"],
            "count": [3, 1, 2],
        }
    )
    labels = {"date": "日期", "kind": "结论", "count": "次数"}
    both = daily_bars(rows, {"放行": "#3b7dd8", "拒绝": "#d9730d"}, labels=labels, numbers="datum.value")
    one = daily_bars(rows[rows["kind"] == "放行"], {"放行": "#3b7dd8"}, labels=labels, numbers="datum.value")

    (bars,) = layers(both, "bar")
    assert bars["encoding"]["x"]["timeUnit"] == "yearmonthdate"
    assert bars["encoding"]["color"]["scale"] == {"domain": ["放行", "拒绝"], "range": ["#3b7dd8", "#d9730d"]}
    assert [tip["title"] for tip in bars["encoding"]["tooltip"]] == ["日期", "结论", "次数"]
    assert bars["encoding"]["color"]["legend"]["orient"] == "top"
    assert layers(one, "bar")[0]["encoding"]["color"]["legend"] is None


def test_bars_of_groups_tell_their_rates_and_grey_those_of_few() -> None:
    words = Words("en")
    names, notes = ["tea", "rice", "oil"], ["a", "b", "c"]
    chart = group_bars(
        words,
        names,
        [0.931, 0.0004, float("nan")],
        notes,
        [False, True, False],
        group="Category",
        rate="Rate",
    )

    [bars] = layers(chart, "bar")
    assert next(iter(chart.to_dict()["datasets"].values())) == [
        {"name": "tea", "rate": 0.931, "note": "a", "is_small": False, "told": "93.1%"},
        {"name": "rice", "rate": 0.0004, "note": "b", "is_small": True, "told": "0.04%"},
        {"name": "oil", "rate": None, "note": "c", "is_small": False, "told": "—"},
    ]
    assert [tip["title"] for tip in bars["encoding"]["tooltip"]] == ["Category", "Rate", "Holds"]
