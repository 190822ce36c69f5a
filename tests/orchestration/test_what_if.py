"""What a campaign would change, asked of marts of a few lines through the command line."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder
from tests.orchestration.plan_marts import write_marts

TENANT, CALM, TEA, POT, CUP, MAIN = (f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2, 31, 32, 33, 71))
LAST = date(2025, 6, 29)
N_DAYS = 180


def days_of_sale(day: date) -> bool:
    return (day - LAST).days % 30 in (3, 4)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tea and pots are on sale two days of each month and then asked for four times as much."""
    folder = DataFolder(tmp_path_factory.mktemp("mall"))
    folder.create()
    generator = np.random.default_rng(3)
    days = [LAST - timedelta(days=n) for n in range(N_DAYS)]
    demand = [
        (
            tenant,
            item,
            day,
            int(generator.poisson(10 * (4 if tenant == TENANT and days_of_sale(day) else 1))),
            True,
        )
        for tenant, items in ((TENANT, (TEA, POT)), (CALM, (TEA,)))
        for item in items
        for day in days
    ]
    sales = [
        (TENANT, item, day, day + timedelta(days=1), f"{day} 00:00:00+00")
        for item in (TEA, POT)
        for day in days
        if (day - LAST).days % 30 == 3
    ]
    offered = ((TENANT, TEA), (TENANT, POT), (TENANT, CUP), (CALM, TEA))
    write_marts(
        folder.warehouse,
        {
            "dim_tenant": [(TENANT, "acorn", "bank", False), (CALM, "calm", "bank", False)],
            "dim_item": [(TEA, "tea", "Tea", "Tea", 1), (POT, "pot", "Pot", "Ware", 1), (CUP, "cup", "Cup", "Ware", 1)],
            "dim_offer": [(*pair, None) for pair in offered],
            "dim_warehouse": [(TENANT, MAIN, "main", None, 1, True, True)],
            "dim_supplier_terms": [
                (TENANT, TEA, "leaf", "active", 3, 5, 1, 1, 500, None, 1, "2025-01-01", None),
            ],
            "fct_warehouse_stock": [(TENANT, MAIN, TEA, 30, 30)],
            "fct_item_demand_daily": demand,
            "fct_campaign_effect": sales,
        },
    )  # fmt: skip
    return folder.root


def ask(data: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("POINTMART_DATA_DIR", str(data))
    result = CliRunner().invoke(app, ["what-if", *words], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


DAYS = ("--from", "2025-07-08", "--to", "2025-07-09")


def test_pieces_with_and_without_are_told_and_what_to_order_more_by_when(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "effect.csv"
    said = ask(
        data, monkeypatch, "--tenant", "acorn", "--item", "tea", "--item", POT, *DAYS, "--out", str(out)
    )
    assert "no terms" in said
    assert "Learned from 24 days on which an item was on sale" in said
    with out.open(encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"tea", "pot"}
    for row in rows.values():
        figures = {name: float(row[f"{name}_extra"]) for name in ("mean", "q05", "q95")}
        # Two days of ten pieces become two of forty.
        assert 14 < float(row["mean_without"]) < 27
        assert 55 < float(row["mean_with"]) < 100
        assert figures["q05"] < figures["mean"] < figures["q95"]
        assert figures["mean"] == pytest.approx(
            float(row["mean_with"]) - float(row["mean_without"]), abs=0.01
        )
    assert 30 < int(rows["tea"]["order_more"]) < 120
    assert LAST < date.fromisoformat(rows["tea"]["order_by"]) <= date(2025, 7, 6)
    assert rows["pot"]["order_more"] == rows["pot"]["order_by"] == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--tenant", "calm", "--item", "tea", *DAYS), "no flash sale has happened yet"),
        (("--tenant", "nobody", "--item", "tea", *DAYS), "no tenant of the warehouse"),
        (("--tenant", TENANT, "--item", "tea", "--item", "car", *DAYS), "no item with the code or id car"),
        (("--tenant", "acorn", "--item", "cup", *DAYS), "was not on offer on any day"),
        (("--tenant", "acorn", "--item", "tea", "--from", "2025-06-29", "--to", "2025-07-01"), "must lie after it"),
        (("--tenant", "acorn", "--item", "tea", "--from", "2025-07-02", "--to", "2025-07-01"), "in this order"),
        (("--tenant", "acorn", "--item", "tea", "--from", "2026-07-02", "--to", "2026-07-03"), "not after 2025-10-27"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_a_reason(
    data: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        ask(data, monkeypatch, *words)


def test_without_a_warehouse_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match="pipeline run"):
        ask(tmp_path, monkeypatch, "--tenant", "acorn", "--item", "tea", *DAYS)
