"""The page about items, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import items
from tests import literal_release as literal
from tests.dashboards import enterprise

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("enterprise_release")


def cards(app: AppTest) -> list[tuple[str, str, str]]:
    assert not app.exception
    return [(metric.label, metric.value, metric.delta) for metric in app.metric]


def notes(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def test_the_page_answers_with_the_rate_and_what_should_change(open_page: OpenPage) -> None:
    app = open_page("items")

    assert not app.exception
    assert app.subheader[0].value == (
        "2026年3月，商品兑换率 10.0%，较2026年2月 +2.0 个百分点。2 件商品需要改进，其中 1 件：经常缺货。"
    )
    assert cards(app) == [
        ("商品兑换率", "10.0%", "+2.0 个百分点"),
        ("缺货率", "20.0%", "+17.1 个百分点"),
        ("待改进商品", "2", ""),
        ("必需 / 品质 / 稀缺（%）", "60 / 30 / 10", ""),
    ]
    assert "目标 ≤5% · 未达标  \n上架商品日数 155" in notes(app)
    assert "目标 60 / 30 / 10 · 在架商品 20" in notes(app)
    assert "31 ÷ 上架商品日数 155" in app.metric[1].help


def test_the_page_speaks_english(open_page: OpenPage) -> None:
    app = open_page("items", {"lang": "en"})

    assert app.subheader[0].value == (
        "Item redemption rate in Mar 2026: 10.0%, +2.0 pp against Feb 2026. "
        "2 items should change, 1 of them: often out of stock."
    )


def test_each_item_to_improve_has_its_reason_and_what_to_do(open_page: OpenPage) -> None:
    app = open_page("items")
    rows = app.dataframe[0].value

    assert rows[["name", "reason", "remedy"]].values.tolist() == [
        ["五常大米", "经常缺货", "补货，提高安全库存"],
        ["Travel mug", "看得多、换得少", "改进图文与规格，仍无起色则替换"],
    ]
    steps = "\n".join(block.value for block in app.markdown)
    assert "补货，提高安全库存：五常大米等 1 件。" in steps


def test_the_rows_are_all_items_or_bands_of_price(open_page: OpenPage) -> None:
    every = open_page("items", {"rows": "items"}).dataframe[0].value
    assert every["view_count"].tolist() == [600, 300, 100, 90, 10]

    bands = open_page("items", {"rows": "bands", "lang": "en"}).dataframe[0].value
    assert bands[["name", "items", "redemptions"]].values.tolist() == [
        ["0–500", 4, 110],
        ["50,000–100,000", 1, 0],
    ]
    assert bands["rate"].tolist() == [pytest.approx(110 / 1_090), 0]


def test_another_month_and_another_comparison_are_in_the_address(open_page: OpenPage) -> None:
    app = open_page("items", {"month": "2026-02", "compare": "year"})

    # Nothing is known of the year before.
    assert app.subheader[0].value == "2026年2月，商品兑换率 8.0%。1 件商品需要改进，其中 1 件：比同类贵。"
    assert cards(app)[3][1] == "50 / 40 / 10"

    app.selectbox(key="month").select("2026-03").run()
    assert "month" not in app.query_params
    assert app.query_params["compare"] == "year"


def test_an_address_with_nonsense_shows_the_newest_month(open_page: OpenPage) -> None:
    query = {"month": "'; drop table", "compare": "age", "rows": "secrets"}
    assert open_page("items", query).subheader[0].value.startswith("2026年3月，商品兑换率 10.0%")


def test_no_tenant_sees_another_ones_items(open_page: OpenPage) -> None:
    for rows in ("improve", "items", "bands"):
        query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
        app = open_page("items", query, tenant_id=literal.BIRCH)
        app.session_state["tenant_id"] = str(literal.ACORN)
        app.run()
        assert not app.exception
        assert cards(app)[2][1] == "0"
        assert cards(app)[3][1] == "100 / 0 / 0"
        if rows == "items":
            assert sorted(app.dataframe[0].value["view_count"]) == [0, 12]
        if rows == "bands":
            assert app.dataframe[0].value["items"].tolist() == [2]
        if rows == "improve":
            assert not app.dataframe


def test_a_rate_of_few_views_is_grey_and_one_item_is_no_picture(open_page: OpenPage) -> None:
    app = open_page("items", tenant_id=literal.BIRCH)

    assert cards(app)[0][1] == ":gray[25.0%]"
    assert "样本不足 30，仅供参考" in notes(app)
    assert "不足 2 件" in app.info[0].value
    assert "没有浏览足够多、需要改进的商品。" in app.subheader[0].value


def test_groups_nobody_viewed_say_so_instead_of_drawing_nothing(
    open_page: OpenPage, literal_release: Path
) -> None:
    def forget_views(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute(
            "update marts.fct_item_performance_monthly set view_count = 0, redemption_rate = null"
        )

    literal.publish(literal_release, "unviewed", forget_views)
    said = [info.value for info in open_page("items").info]

    assert said.count("这个月还没有商品被浏览，算不出兑换率。") == 2


def test_a_tenant_without_items_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("items", tenant_id=UUID(int=9))

    assert app.info[0].value.startswith("还没有商品数据")
    assert not app.metric


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    app = open_page("items")

    assert not app.exception
    assert "还没有这些数据" in app.info[0].value


def test_a_price_at_the_edge_is_in_the_dearer_band_and_no_price_in_none() -> None:
    rows = pd.DataFrame(
        {
            "item_id": [1, 2, 3, 4],
            "price_points": [499, 500, 100_000, None],
            "view_count": [10, 10, 0, 10],
            "redemption_count": [1, 2, 3, 4],
            "points": [10, 20, 30, 40],
        }
    )
    bands = items.bands(rows)

    assert bands[["low", "high", "items"]].values.tolist() == [[0, 500, 1], [500, 1_000, 1], [100_000, 0, 1]]
    assert bands["rate"].tolist()[:2] == [0.1, 0.2]
    assert pd.isna(bands["rate"].iloc[2])
    assert bands["share"].tolist() == [1 / 6, 2 / 6, 3 / 6]
