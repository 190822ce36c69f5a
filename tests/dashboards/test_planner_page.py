"""The holiday plan, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import duckdb
import pytest
import streamlit as st
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("literal_release")


def captions(app: AppTest) -> list[str]:
    assert not app.exception
    return [caption.value for caption in app.caption]


def test_the_page_answers_for_the_largest_category_first(open_page: OpenPage) -> None:
    app = open_page("planner")

    assert app.subheader[0].value == (
        "食品：2026年4月1日至2026年4月28日预计兑换 264 件，约在 208 至 376 件之间。"
    )
    assert "照搬上周同一天（暂无更好的模型）" in captions(app)


def test_an_item_shows_its_forecast_beside_what_went_before(open_page: OpenPage) -> None:
    app = open_page("planner", {"level": "item", "lang": "en"})

    assert app.subheader[0].value == (
        "茶叶礼盒, 1 Apr 2026 to 28 Apr 2026: about 180 units expected, roughly between 124 and 292."
    )
    assert [metric.value for metric in app.metric] == ["180", "180", "26.0%"]
    assert "Model: weighted combination of models; repeating the week before errs by 34.0%" in captions(app)


def test_days_without_any_stock_are_told(open_page: OpenPage, literal_release: Path) -> None:
    # Rice, the other food, is out of stock on the last three days of March; now so is tea, on two.
    def sell_out(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "update marts.fct_item_demand_daily set is_in_stock = false where date >= date '2026-03-30'"
        )

    literal.publish(literal_release, "sold-out", sell_out)

    assert "其中缺货 2 天" in captions(open_page("planner"))


def test_items_are_found_by_name_and_kept_in_the_address(open_page: OpenPage, literal_release: Path) -> None:
    def add_mugs(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "insert into marts.fct_demand_forecasts "
            "select tenant_id, level, $mug, date, origin_date, model, 1, 0, 1, 2, 3 "
            "from marts.fct_demand_forecasts where level = 'item' and tenant_id = $acorn",
            {"mug": str(literal.MUG), "acorn": str(literal.ACORN)},
        )

    literal.publish(literal_release, "mugs", add_mugs)
    app = open_page("planner", {"level": "item"})

    assert app.selectbox(key="item").options == ["茶叶礼盒", "Travel mug"]
    app.selectbox(key="item").select(str(literal.MUG)).run()

    assert app.subheader[0].value.startswith("Travel mug：2026年4月1日至2026年4月28日预计兑换 28 件")
    assert app.query_params["item"] == str(literal.MUG)
    # An item that is new to the tenant has no history yet.
    assert [metric.value for metric in app.metric] == ["28", "0", "26.0%"]


def test_another_tenants_series_are_neither_listed_nor_reachable(open_page: OpenPage) -> None:
    app = open_page("planner", {"level": "item", "item": str(literal.TEA)}, tenant_id=literal.BIRCH)

    assert app.selectbox(key="item").options == ["Umbrella"]
    assert app.subheader[0].value.startswith("Umbrella：2026年4月1日至2026年4月28日预计兑换 96 件")
    assert app.dataframe[0].value["q50"].max() == 6.5


def test_without_a_forecast_the_page_says_what_is_missing(open_page: OpenPage, literal_release: Path) -> None:
    def forget(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("delete from marts.fct_demand_forecasts")

    literal.publish(literal_release, "no-forecast", forget)
    app = open_page("planner")

    assert app.info[0].value.startswith("还没有预测：")
    assert not app.exception


def test_only_the_newest_origin_counts(open_page: OpenPage, literal_release: Path) -> None:
    def keep_an_old_one(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "insert into marts.fct_demand_forecasts "
            "select * replace (origin_date - interval 7 day as origin_date, mean + 100 as mean) "
            "from marts.fct_demand_forecasts"
        )

    literal.publish(literal_release, "old-origin", keep_an_old_one)

    assert "预计兑换 264 件" in open_page("planner").subheader[0].value


@pytest.mark.parametrize(
    ("landed_at", "is_told"),
    # In Beijing the second moment is 8 April, eight days after the forecasts' origin; the first is not yet.
    [("2026-04-07T15:59:00+00:00", False), ("2026-04-07T16:00:00+00:00", True)],
)
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "zh",
            "预测从2026年3月31日起算，即最近一段连续营业的最后一天："
            "此后营业的天数太少，还不足以从更近的日期起算。",
        ),
        (
            "en",
            "The forecast starts from 31 Mar 2026, the end of the last unbroken trading spell, "
            "because too few days have been traded since.",
        ),
    ],
)
def test_a_forecast_from_before_a_pause_says_so(
    open_page: OpenPage, literal_release: Path, landed_at: str, is_told: bool, language: str, sentence: str
) -> None:
    literal.publish(literal_release, "reopened", landed_at=landed_at)
    app = open_page("planner", {"lang": language})

    assert [info.value for info in app.info] == ([sentence] if is_told else [])
    assert not app.exception


@pytest.mark.parametrize(
    ("query", "first_line", "stem"),
    [
        ({}, "品类,食品,2026-04-01,", "pointmart-forecast-食品-2026-03-31"),
        ({"level": "item"}, "商品,茶叶礼盒,2026-04-01,", "pointmart-forecast-茶叶礼盒-2026-03-31"),
    ],
)
def test_the_files_say_what_they_forecast(
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
    query: dict[str, str],
    first_line: str,
    stem: str,
) -> None:
    files: dict[str, bytes] = {}

    def take(_label: str, data: Callable[[], bytes], *, file_name: str, **_: object) -> None:
        files[file_name] = data()

    monkeypatch.setattr(st, "download_button", take)
    app = open_page("planner", query)

    assert not app.exception
    assert set(files) == {f"{stem}.xlsx", f"{stem}.csv"}
    lines = files[f"{stem}.csv"].decode("utf-8-sig").splitlines()
    assert lines[0].startswith("层级,名称,日期,")
    assert lines[1].startswith(first_line)
    sheet = load_workbook(BytesIO(files[f"{stem}.xlsx"])).active
    assert [cell.value for cell in sheet[2]][:2] == first_line.split(",")[:2]


def test_a_name_is_shown_letter_by_letter(open_page: OpenPage, literal_release: Path) -> None:
    def rename(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "update marts.dim_item set name = '*Tea* [x](http://x) :red[y]' where code = 'tea'"
        )

    literal.publish(literal_release, "renamed", rename)

    sentence = open_page("planner", {"level": "item"}).subheader[0].value
    assert r"\*Tea\* \[x\]\(http\://x\) \:red\[y\]：2026" in sentence


def test_the_rows_call_a_model_by_its_name(open_page: OpenPage) -> None:
    rows = open_page("planner", {"level": "item", "lang": "en"}).dataframe[0].value

    assert set(rows["model"]) == {"weighted combination of models"}
