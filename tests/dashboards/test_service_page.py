"""The page about service, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import UUID

import duckdb
import pandas as pd
import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from dashboards.downloads import Column, to_csv, to_excel
from tests import literal_release as literal
from tests.dashboards import service

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("service_release")


def told(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(block.value for block in [*app.markdown, *app.caption, *app.info, *app.subheader])


def test_the_page_answers_with_how_promises_were_kept(open_page: OpenPage) -> None:
    app = open_page("service")

    assert not app.exception
    assert app.subheader[0].value == (
        "2026年3月，48小时发货率 90.0%，低于目标 95%，较2026年2月 −6.0 个百分点。"
        "2 项指标中 1 项达标；未达标：48小时发货率。售后24小时响应率、满意率样本不足 30，不作判断。"
        "本月新增赔付 3 起，其中 2 起由供应商负责。"
    )
    assert [(metric.label, metric.value, metric.delta) for metric in app.metric] == [
        ("48小时发货率", "90.0%", "−6.0 个百分点"),
        ("准时送达率", "75.0%", "+25.0 个百分点"),
        ("虚拟商品即时发放率", "100.0%", ""),
        ("售后24小时响应率", ":gray[75.0%]", ""),
        ("投诉率", "1.0%", "+1.0 个百分点"),
        ("满意率", ":gray[90.0%]", "+10.0 个百分点"),
        ("负面文字占比", "20.0%", ""),
    ]
    assert all(metric.help for metric in app.metric)
    assert "n = 80 个应送达的包裹" in told(app)
    assert "n = 3 起；应补 250 积分，已补 150。" in told(app)


def test_the_page_speaks_english(open_page: OpenPage) -> None:
    app = open_page("service", {"lang": "en"})

    assert app.subheader[0].value.startswith("Shipped on time in Mar 2026: 90.0%, below the target of 95%")
    assert app.subheader[0].value.endswith(
        "Compensations opened in the month: 3, 2 of them against the supplier."
    )


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [
        ("late", "redemption", [service.identified(2)]),
        ("deliveries", "region", ["全国（48 小时）", "偏远地区（72 小时）"]),
        ("cases", "type", ["退货", "投诉"]),
        ("compensations", "responsible", ["顺丰", "Tea House", "Tea House"]),
        ("drivers", "satisfied_count", [20, 54, 74, 0, 74]),
    ],
)
def test_the_rows_behind_are_of_the_month(
    open_page: OpenPage, rows: str, column: str, expected: list[str]
) -> None:
    shown = open_page("service", {"rows": rows}).dataframe[0].value

    assert shown[column].tolist() == expected


def test_moments_are_those_of_the_malls_clocks(open_page: OpenPage) -> None:
    late = open_page("service").dataframe[0].value
    # Twenty hours UTC is four in the morning of the next day in Shanghai.
    assert late["shipped_at"].tolist() == [pd.Timestamp(2026, 3, 12, 4)]

    column = [Column("shipped_at", "Shipped", "moment")]
    assert to_csv(late, column).decode("utf-8-sig").splitlines() == ["Shipped", "2026-03-12 04:00"]
    cell = load_workbook(BytesIO(to_excel(late, column, "rows"))).active["A2"]
    assert (cell.value, cell.number_format) == (pd.Timestamp(2026, 3, 12, 4), "yyyy-mm-dd hh:mm")


def test_the_address_holds_month_and_metric(open_page: OpenPage) -> None:
    app = open_page("service", {"month": "2026-02", "metric": "deliver_on_time_rate", "rows": "rates"})

    assert app.metric[0].value == "96.0%"
    assert set(app.dataframe[0].value["period"].dt.month) == {1, 2}
    assert app.session_state["metric"] == "deliver_on_time_rate"


def test_what_to_do_comes_last(open_page: OpenPage) -> None:
    steps = told(open_page("service"))

    assert "有 1 单没有按时发货" in steps
    assert "有 1 起赔付等负责方结清，最多的是Tea House（1 起）" in steps
    assert "本月投诉 1 起" in steps


def test_what_satisfaction_goes_together_with_is_told_where_intervals_lie_apart(open_page: OpenPage) -> None:
    app = open_page("service", {"rows": "drivers"})

    assert "差别最大的是发货：按时的满意率 90.0%，迟发的 50.0%。" in told(app)
    assert "最多的一组 n = 100 条评价" in told(app)
    shown = app.dataframe[0].value
    assert list(zip(shown["driver_name"], shown["value_name"], shown["answer_count"], strict=True)) == [
        ("发货", "迟发", 40), ("发货", "按时", 60), ("缺货", "没有被拒", 98), ("缺货", "30 天内因缺货被拒", 2),
        ("类别", "高频必需品", 100),
    ]  # fmt: skip
    # The intervals of February meet; birch has one group, and nobody answered in January.
    assert "还看不出差别" in told(open_page("service", {"month": "2026-02"}))
    assert "还不作判断" in told(open_page("service", tenant_id=literal.BIRCH))
    assert "没有可对照的评价" in told(open_page("service", {"month": "2026-01"}))


def test_what_satisfaction_goes_together_with_is_told_of_all_members_alone(open_page: OpenPage) -> None:
    app = open_page("service", {"segment": "champion", "rows": "drivers"})

    assert "按全部会员统计" in told(app)
    assert "差别最大" not in told(app)
    assert "driver_name" not in app.dataframe[0].value


@pytest.mark.parametrize("rows", ["late", "deliveries", "cases", "compensations", "drivers", "rates"])
def test_no_tenant_sees_another_ones_service(open_page: OpenPage, rows: str) -> None:
    query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
    app = open_page("service", query, tenant_id=literal.BIRCH, state={"tenant_id": str(literal.ACORN)})

    assert not app.exception
    # Of birch nobody answered, which is told of March alone.
    assert [metric.value for metric in app.metric] == [":gray[14.3%]", "—"]
    assert len(app.dataframe[0].value) == (2 if rows == "rates" else 1)
    assert "1 起由平台负责" in app.subheader[0].value


def test_a_month_in_which_all_was_well_says_so(open_page: OpenPage, literal_release: Path) -> None:
    def keep_promises(connection: duckdb.DuckDBPyConnection) -> None:
        service.add_service(connection)
        for table in ("fct_fulfilments", "fct_deliveries", "fct_compensations"):
            connection.execute(f"delete from marts.{table}")

    literal.publish(literal_release, "kept", keep_promises)
    app = open_page("service")

    assert "这个月没有新的赔付。" in told(app)
    assert "这个月没有应送达的包裹。" in told(app)
    assert "所选时间内没有这类明细。" in told(app)


def test_a_tenant_without_service_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("service", tenant_id=UUID(int=9))

    assert app.info[0].value.startswith("还没有服务数据")
    assert not app.metric


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    assert "还没有这些数据" in open_page("service").info[0].value


def test_the_service_of_a_segment_is_what_its_members_had(open_page: OpenPage) -> None:
    app = open_page("service", {"segment": "champion"})

    assert not app.exception
    assert app.subheader[0].value == (
        "2026年3月，48小时发货率 75.0%，较2026年2月 −5.0 个百分点。准时送达率、满意率样本不足 30，不作判断。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("48小时发货率", "75.0%"),
        ("准时送达率", ":gray[0.0%]"),
        ("满意率", ":gray[90.0%]"),
        ("负面文字占比", "7.5%"),
    ]
    assert "n = 1 个应送达的包裹" in told(app)
    # The compensations are another member's.
    assert "这个月没有新的赔付。" in told(app)


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [
        ("late", "redemption", [service.identified(2)]),
        ("deliveries", "longest_delivery_days", [4.0]),
        ("cases", "case_id", [service.identified(22)]),
        ("rates", "numerator", [0, 9, 3, 45, 40]),
    ],
)
def test_the_rows_of_a_segment_are_its_members(
    open_page: OpenPage, rows: str, column: str, expected: list[object]
) -> None:
    shown = open_page("service", {"rows": rows, "segment": "champion"}).dataframe[0].value

    assert shown[column].tolist() == expected


def test_a_group_that_is_not_told_says_so(open_page: OpenPage) -> None:
    assert "不足 10 人而不显示" in told(open_page("service", {"segment": "lost"}))
