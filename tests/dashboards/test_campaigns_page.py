"""The page about campaigns and the pilot, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.campaigns import verdict
from tests import literal_release as literal
from tests.dashboards import campaigns

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("campaigns_release")


def told(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(block.value for block in [*app.markdown, *app.caption, *app.info, *app.subheader])


def test_the_page_answers_with_what_worked_and_whether_the_pilot_goes_on(open_page: OpenPage) -> None:
    app = open_page("campaigns")

    assert not app.exception
    assert app.subheader[0].value == (
        "2026年1月至2026年3月开始的限时秒杀 3 场，售出 70 件。可判断的 2 场中，1 场的增量超出偶然。"
        "试点会员的投诉率比其余会员更差，先查明原因，暂不推广。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("有效场次", "1 / 2"),
        ("秒杀售出率", "28.0%"),
        ("首次兑换会员占比", "34.5%"),
        ("试点结论", "暂不推广"),
    ]
    assert all(metric.help for metric in app.metric)
    assert "试点 100 人，其余 900 人" in told(app)
    assert "n = 试点 90，其余 800" in told(app)


def test_the_page_speaks_english(open_page: OpenPage) -> None:
    app = open_page("campaigns", {"lang": "en"})

    assert app.subheader[0].value == (
        "Flash sales that began from Jan 2026 to Mar 2026: 3, with 70 pieces sold. "
        "Of the 2 that can be judged, 1 brought more than chance would. "
        "The pilot is worse than the others in: Complaint rate. Find out why before it goes on to all members."
    )


def test_the_rows_are_sales_or_the_pilots_figures(open_page: OpenPage) -> None:
    sales = open_page("campaigns").dataframe[0].value
    assert sales["first_date"].dt.month.tolist() == [3, 3, 1]
    assert sales["verdict"].tolist() == ["无法判断", "可能只是偶然", "高于预期"]

    pilot = open_page("campaigns", {"rows": "pilot"}).dataframe[0].value
    assert pilot[["metric", "verdict"]].values.tolist() == [
        ["member_redemption_rate", "不更差"],
        ["complaint_rate", "更差"],
        ["virtual_issue_rate", "不更差"],
    ]


def test_the_period_is_of_the_day_a_sale_began(open_page: OpenPage) -> None:
    app = open_page("campaigns", {"from": "2026-03", "to": "2026-03"})

    assert len(app.dataframe[0].value) == 2
    assert "可判断的 1 场中，0 场的增量超出偶然。" in app.subheader[0].value


def test_what_to_repeat_and_what_not_comes_last(open_page: OpenPage) -> None:
    steps = told(open_page("campaigns"))

    assert "（约 45 件）" in steps
    assert "有 1 场没有高出预期" in steps
    assert "首次兑换的会员 20 人" in steps


@pytest.mark.parametrize("rows", ["sales", "pilot"])
def test_no_tenant_sees_another_ones_campaigns(open_page: OpenPage, rows: str) -> None:
    query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
    app = open_page("campaigns", query, tenant_id=literal.BIRCH, state={"tenant_id": str(literal.ACORN)})

    assert not app.exception
    assert len(app.dataframe[0].value) == 1
    assert [metric.value for metric in app.metric] == ["1 / 1", "77.8%", ":gray[20.0%]", "可推广"]


def test_a_pilot_without_a_sale_and_a_sale_without_a_pilot_are_told(
    open_page: OpenPage, literal_release: Path
) -> None:
    def without(table: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
        def empty(connection: duckdb.DuckDBPyConnection) -> None:
            campaigns.add_campaigns(connection)
            connection.execute(f"delete from marts.{table}")

        return empty

    literal.publish(literal_release, "no-sales", without("fct_campaign_effect"))
    app = open_page("campaigns")
    assert app.subheader[0].value.startswith("2026年3月至2026年3月没有开始的限时秒杀。试点会员的投诉率")

    literal.publish(literal_release, "no-pilot", without("fct_pilot_effect"))
    app = open_page("campaigns")
    assert app.subheader[0].value.endswith("没有试点。")
    assert app.metric[3].value == "—"


def test_a_tenant_without_either_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("campaigns", tenant_id=UUID(int=9))

    assert app.info[0].value.startswith("还没有活动，也没有试点")
    assert not app.metric


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    assert "还没有这些数据" in open_page("campaigns").info[0].value


def test_an_interval_that_holds_nought_says_nothing_sure() -> None:
    assert [verdict(0.1, 2), verdict(-2, -0.1), verdict(-1, 1), verdict(float("nan"), 1)] == [
        "more", "less", "unclear", "unknown",
    ]  # fmt: skip
