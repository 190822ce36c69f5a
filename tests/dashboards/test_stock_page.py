"""The stock watch, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import quality_charts
from tests import literal_release as literal
from tests.dashboards import planning
from tests.dashboards.conftest import MakeToken
from tests.dashboards.reading import frame_with

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("planning_release")


def said(app: AppTest) -> str:
    assert not app.exception
    blocks = [app.subheader, app.markdown, app.caption, app.info, app.warning, app.success]
    return "\n".join(str(block.value) for kind in blocks for block in kind)


@pytest.mark.parametrize("role", ["enterprise_viewer", "planner", "enterprise_admin"])
def test_the_page_answers_what_runs_out_and_what_lies(
    open_page: OpenPage, make_token: MakeToken, role: str
) -> None:
    app = open_page("stock", token=make_token(role=role))

    assert app.subheader[0].value == (
        "3 种商品中：1 种已缺货，1 种将在 28 天内卖完，1 种积压；2 条库存预警未解除。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("已缺货", "1"),
        ("即将卖完", "1"),
        ("积压", "1"),
        ("未解除的预警", "2"),
    ]
    captions = said(app)
    for caption in ("预测期内约缺 104 件", "最早 4月26日卖完", "占用可售库存 900 件", "其中 1 条已有人确认"):
        assert caption in captions


def test_what_is_most_urgent_stands_first(open_page: OpenPage) -> None:
    rows = frame_with(open_page("stock"), "cover_days")

    assert rows["name"].tolist() == ["五常大米", "茶叶礼盒", "Travel mug"]
    assert rows["outlook"].tolist() == ["已缺货", "即将卖完", "积压"]


def test_what_is_out_stands_first_with_no_bar_whatever_arrives_later(
    open_page: OpenPage, planning_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expect(connection: duckdb.DuckDBPyConnection) -> None:
        planning.add_planning(connection)
        connection.execute(
            "update marts.fct_stock_outlook set cover_days = null, runs_out_date = null where outlook = 'out'"
        )

    drawn: list[pd.DataFrame] = []
    covers = quality_charts.covers

    def keep(rows: pd.DataFrame, **more: Any) -> Any:
        drawn.append(rows)
        return covers(rows, **more)

    monkeypatch.setattr(quality_charts, "covers", keep)
    literal.publish(planning_release, "expected", expect)
    app = open_page("stock")

    assert frame_with(app, "cover_days")["name"].tolist()[0] == "五常大米"
    assert drawn[-1][["name", "days"]].iloc[0].tolist() == ["五常大米", 0]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"outlook": "over"}, ["Travel mug"]),
        ({"outlook": "short"}, ["茶叶礼盒"]),
        ({"category": literal.FOOD}, ["五常大米", "茶叶礼盒"]),
        ({"category": "nowhere", "outlook": "x"}, ["五常大米", "茶叶礼盒", "Travel mug"]),
    ],
)
def test_filters_are_in_the_address(open_page: OpenPage, query: dict[str, str], names: list[str]) -> None:
    assert frame_with(open_page("stock", query), "cover_days")["name"].tolist() == names


def test_categories_are_called_by_their_names_and_addressed_by_their_codes(
    open_page: OpenPage, literal_release: Path
) -> None:
    chosen = {"category": literal.FOOD, "lang": "en"}
    app = open_page("stock", chosen)
    (select,) = app.selectbox
    assert (select.options, select.value) == (["All items", "Home", "Food"], literal.FOOD)
    assert set(frame_with(app, "cover_days")["category"]) == {"Food"}

    def nobody_named_any(connection: duckdb.DuckDBPyConnection) -> None:
        planning.add_planning(connection)
        connection.execute("delete from marts.dim_category")

    literal.publish(literal_release, "unnamed", nobody_named_any)
    assert set(frame_with(open_page("stock", chosen), "cover_days")["category"]) == {literal.FOOD}


def test_open_alerts_tell_what_is_there_now(open_page: OpenPage) -> None:
    alerts = frame_with(open_page("stock"), "threshold_quantity")

    assert alerts[["name", "warehouse", "quantity", "threshold_quantity", "opened_quantity"]].to_numpy().tolist() == [
        ["五常大米", "可售总量", 0, 10, 3],
        ["茶叶礼盒", "总仓", 100, 150, 120],
    ]  # fmt: skip


def test_orders_that_are_late_are_to_be_asked_for(open_page: OpenPage) -> None:
    app = open_page("stock")

    assert "1 行已过约定到货日还没有到齐，请向供应商催货。" in said(app)
    (order,) = frame_with(app, "expected_on").to_dict("records")
    assert (order["name"], order["outstanding_quantity"], order["supplier_name"], order["late"]) == (
        "茶叶礼盒", 60, "叶茂", "是",
    )  # fmt: skip


def test_another_tenant_sees_its_own_stock_alone(open_page: OpenPage) -> None:
    app = open_page("stock", {"category": literal.FOOD, "outlook": "enough"}, tenant_id=literal.BIRCH)

    shown = {name for one in app.dataframe if "name" in one.value for name in one.value["name"]}
    assert shown == {"Umbrella"}
    assert "1 种商品中：0 种已缺货" in said(app)


def test_nothing_to_watch_is_said(open_page: OpenPage) -> None:
    assert "这里没有需要留意的商品。" in said(open_page("stock", tenant_id=literal.BIRCH))


def test_without_stock_the_page_says_what_is_missing(open_page: OpenPage, planning_release: Path) -> None:
    def empty(connection: duckdb.DuckDBPyConnection) -> None:
        planning.add_planning(connection)
        for table in ("fct_stock_outlook", "fct_stock_alerts", "fct_purchase_order_lines"):
            connection.execute(f"delete from marts.{table}")

    literal.publish(planning_release, "empty", empty)
    app = open_page("stock", {"lang": "en"})

    assert "There is no outlook yet" in said(app)
    assert "No stock is below its threshold." in said(app)
    assert "No approved purchase is awaited." in said(app)
