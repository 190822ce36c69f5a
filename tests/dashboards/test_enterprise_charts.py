"""What the charts of the enterprise's pages draw, read from their specification."""

from typing import Any

import pandas as pd

from dashboards import items_charts, members_charts, points_charts
from dashboards.charts import Chart
from dashboards.house_style import QUIET


def rows_of(chart: Chart, layer: int) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    found: list[dict[str, Any]] = spec["datasets"][spec["layer"][layer]["data"]["name"]]
    return found


def labels(*names: str) -> dict[str, str]:
    return {name: name.title() for name in names}


def test_what_leaves_is_drawn_below_nought() -> None:
    rows = pd.DataFrame(
        {"month": ["2026-03"], "issued": [10], "redeemed": [4], "expired": [1], "other": [-2]}
    )
    rows = rows.assign(told_issued="10", told_redeemed="4", told_expired="1", told_other="-2")
    names = labels("month", "flow", "points", "issued", "redeemed", "expired", "other")
    chart = points_charts.flows(rows, labels=names, numbers="datum.value")

    drawn = {row["flow"]: (row["points"], row["told"]) for row in rows_of(chart, 0)}
    assert drawn == {"Issued": (10, "10"), "Redeemed": (-4, "4"), "Expired": (-1, "1"), "Other": (-2, "-2")}


def test_the_quadrant_has_its_medians_and_names_its_corners() -> None:
    rows = pd.DataFrame(
        {
            "name": ["a", "b", "c", "few"],
            "category": "x",
            "views": [100, 200, 300, 1],
            "rate": [0.1, 0.2, 0.4, 1.0],
            "told_rate": "r",
            "kind": ["improve", "usual", "usual", "small"],
        }
    )
    corners = ("much_high", "much_low", "little_high", "little_low")
    names = labels("item", "category", "views", "rate", "improve", "usual", "small", *corners)
    chart = items_charts.quadrant(rows, labels=names, numbers="datum.value")

    # What is seen too little to judge by does not move the medians.
    assert rows_of(chart, 0) == [{"views": 200, "rate": 0.2}]
    texts = [rows_of(chart, layer)[0]["text"] for layer in range(2, 6)]
    assert texts == ["Much_High", "Much_Low", "Little_High", "Little_Low"]


def test_the_triangle_greys_small_cohorts_and_scales_by_the_others() -> None:
    rows = pd.DataFrame(
        {
            "cohort": ["2026-01", "2026-02"],
            "since": [1, 1],
            "rate": [0.4, 1.0],
            "text": ["40", "100"],
            "told": ["40%", "100%"],
            "is_small": [False, True],
        }
    )
    chart = members_charts.triangle(rows, labels=labels("cohort", "since", "rate"))

    colour = chart.to_dict()["layer"][0]["encoding"]["color"]
    assert colour["condition"]["test"] == "datum.is_small"
    assert colour["scale"]["domain"] == [0.4, 0.45]


def test_stages_keep_their_colours_whoever_is_missing() -> None:
    rows = pd.DataFrame(
        {
            "month": ["2026-03"] * 2,
            "stage": ["new", "lost"],
            "share": [0.5, 0.5],
            "place": [1, 5],
            "told": "1",
        }
    )
    chart = members_charts.stages(
        rows, names={"new": "New", "lost": "Lost"}, labels=labels("month", "stage", "members")
    )

    scale = chart.to_dict()["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["New", "Lost"]
    assert scale["range"][1] == QUIET
