"""What a plan comes to, what was changed in it, and how its risk is told."""

from datetime import date

import pandas as pd
import pytest

from dashboards import plan_figures, plan_words
from dashboards.mall import Edit
from dashboards.words import Words


def lines(**changes: list[object]) -> pd.DataFrame:
    told: dict[str, list[object]] = {
        "item_id": ["tea", "rice", "pot"],
        "warehouse_id": ["main"] * 3,
        "quantity": [60, 0, 5],
        "order_by": ["2026-04-10", None, "2026-03-30"],
        "proposed_quantity": [60, 0, 4],
        "proposed_order_by": ["2026-04-10", None, "2026-03-30"],
        "unit_cost_fen": [500.0, 750.0, float("nan")],
        "is_too_late": [False, True, False],
        "risk_without": [0.7, 0.9, 0.2],
        "risk_with": [0.1, 0.9, 0.2],
        "cost_without_fen": [600, 300, 100],
        "cost_with_fen": [50, 300, 100],
    }
    frame = pd.DataFrame(told | changes)
    for day in ("order_by", "proposed_order_by"):
        frame[day] = pd.to_datetime(frame[day])
    frame["cost_fen"] = frame["quantity"] * frame["unit_cost_fen"]
    frame["proposed_cost_fen"] = frame["proposed_quantity"] * frame["unit_cost_fen"]
    return frame


def test_figures_are_those_of_the_lines() -> None:
    found = plan_figures.figures(lines(), date(2026, 4, 1))

    assert (found.lines, found.ordered, found.quantity, found.proposed_quantity) == (3, 2, 65, 64)
    # Nobody sells the pot, so its cost is not known.
    assert (found.cost_fen, found.unpriced) == (30_000, 1)
    assert (found.next_order_by, found.late, found.too_late) == (date(2026, 3, 30), 1, 1)
    assert (round(found.risk_without, 6), round(found.risk_with, 6)) == (0.6, 0.4)
    assert found.edited == 1


def test_only_what_differs_is_an_edit() -> None:
    before = lines()
    table = before[["quantity", "order_by"]].copy()
    assert plan_figures.edits(before, plan_figures.edited_lines(before, table)) == []

    table["quantity"] = [72, 3, 0]
    table["order_by"] = pd.to_datetime(["2026-04-10", "2026-04-03", "2026-03-30"])
    made = plan_figures.edited_lines(before, table)

    assert plan_figures.edits(before, made) == [
        Edit("tea", "main", 72, None),
        Edit("rice", "main", 3, date(2026, 4, 3)),
        Edit("pot", "main", 0, None),
    ]
    assert made["cost_fen"].tolist()[:2] == [36_000, 2_250]
    assert pd.isna(made["order_by"].iloc[2])


def test_a_day_alone_is_an_edit_and_an_emptied_quantity_is_none() -> None:
    before = lines()
    table = before[["quantity", "order_by"]].copy()
    table["quantity"] = [60, None, 5]
    table["order_by"] = pd.to_datetime(["2026-04-12", "2026-04-12", "2026-03-30"])

    assert plan_figures.edits(before, plan_figures.edited_lines(before, table)) == [
        Edit("tea", "main", 60, date(2026, 4, 12))
    ]


def test_an_edit_names_a_day_only_with_pieces() -> None:
    assert Edit("tea", "main", 0, date(2026, 4, 3)).document() == {
        "item_id": "tea", "warehouse_id": "main", "quantity": 0,
    }  # fmt: skip
    assert Edit("tea", "main", 1, date(2026, 4, 3)).document()["order_by"] == "2026-04-03"


@pytest.mark.parametrize(
    ("quantity", "day", "told"),
    [
        (60, "2026-04-10", "10.0%"),
        (72, "2026-04-10", "≤10.0%"),
        (12, "2026-04-10", "10.0%–70.0%"),
        (0, None, "70.0%"),
        (60, "2026-04-12", "≤70.0%"),
    ],
)
def test_the_risk_of_an_edited_line_is_told_within_its_bounds(
    quantity: int, day: str | None, told: str
) -> None:
    line = {
        "risk_without": 0.7, "risk_with": 0.1, "quantity": quantity, "proposed_quantity": 60,
        "order_by": pd.Timestamp(day) if day else pd.NaT, "proposed_order_by": pd.Timestamp("2026-04-10"),
    }  # fmt: skip

    assert plan_words.risk_after(Words("zh"), line) == told


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [(0, "0 元", "¥0"), (50, "0.50 元", "¥0.50"), (123_456, "1,235 元", "¥1,235"), (12_345_600_00, "1,234.6 万元", "¥12.3 M")],
)  # fmt: skip
def test_money_reads_as_in_each_language(fen: int, zh: str, en: str) -> None:
    assert (Words("zh").money(fen), Words("en").money(fen)) == (zh, en)
