"""Forecast quality, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards import planning
from tests.dashboards.conftest import MakeToken
from tests.dashboards.reading import frame_with

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("planning_release")


def said(app: AppTest) -> str:
    assert not app.exception
    blocks = [app.subheader, app.markdown, app.caption, app.info]
    return "\n".join(str(block.value) for kind in blocks for block in kind)


@pytest.mark.parametrize("role", ["enterprise_viewer", "planner", "enterprise_admin"])
def test_the_page_answers_with_the_newest_holiday_and_how_often_it_was_better(
    open_page: OpenPage, make_token: MakeToken, role: str
) -> None:
    app = open_page("quality", token=make_token(role=role))

    assert app.subheader[0].value == (
        "最近的春节（2026年2月17日）前后：预测误差（WAPE）22.0%，照搬上周为 40.0%；90% 区间命中 86.0%。"
        "在 2 个打过分的节日中，有 1 个好于照搬上周。"
    )
    assert [(metric.label, metric.value, metric.delta) for metric in app.metric] == [
        ("预测误差（WAPE）", "22.0%", "比照搬上周少 45.0%"),
        ("90% 区间命中率", "86.0%", ""),
        ("偏差", "−4.0%", ""),
        ("打分的数值个数", "60", ""),
    ]
    assert "应为 90% · 区间偏窄" in said(app)
    assert frame_with(app, "wape")["n"].tolist() == [60, 20]


def test_a_level_without_a_baseline_is_not_called_better(open_page: OpenPage) -> None:
    app = open_page("quality", {"level": "item"})

    assert app.subheader[0].value == (
        "最近的春节（2026年2月17日）前后：预测误差（WAPE）35.0%，照搬上周为 —；90% 区间命中 90.0%。"
    )


def test_few_values_are_grey_and_not_judged(open_page: OpenPage, planning_release: Path) -> None:
    def shrink(connection: duckdb.DuckDBPyConnection) -> None:
        planning.add_planning(connection)
        connection.execute("update marts.fct_forecast_accuracy_by_holiday set n = 29")

    literal.publish(planning_release, "few", shrink)
    app = open_page("quality")

    assert [metric.value for metric in app.metric] == [":gray[22.0%]", ":gray[86.0%]", ":gray[−4.0%]", "29"]
    assert "应为 90% · 样本不足 30，仅供参考" in said(app)


def test_a_past_plan_tells_what_it_cost_beside_none_and_hindsight(open_page: OpenPage) -> None:
    app = open_page("quality")

    assert (
        "**春节 2026年2月17日：** 订购 48 件；预计需求 180 件，实际 210 件。缺了 24 件，剩了 0 件，"
        "损失 170 元——什么都不订会损失 440 元，事先知道需求则是 0 元。2 行中 50.0% 的实际需求落在 90% 区间内。"
    ) in said(app)
    lines = frame_with(app, "hindsight_quantity")
    assert lines[
        ["name", "demand_q05", "demand_q95", "demand", "inside", "quantity"]
    ].to_numpy().tolist() == [
        ["茶叶礼盒", 100.0, 160.0, 140.0, "是", 36],
        ["五常大米", 40.0, 60.0, 70.0, "否", 12],
    ]


def test_another_tenants_holidays_and_plans_are_not_reachable(open_page: OpenPage) -> None:
    # Both tenants have a plan of this id; each sees its own.
    app = open_page("quality", {"plan": str(UUID(int=0x91)), "level": "item"}, tenant_id=literal.BIRCH)

    assert "61.0%" in app.subheader[0].value
    assert frame_with(app, "hindsight_quantity")["name"].tolist() == ["Umbrella"]
    assert "茶叶礼盒" not in said(app)


def test_without_scores_the_page_says_what_it_takes(open_page: OpenPage, planning_release: Path) -> None:
    def forget(connection: duckdb.DuckDBPyConnection) -> None:
        planning.add_planning(connection)
        connection.execute("delete from marts.fct_forecast_accuracy_by_holiday")
        connection.execute("delete from marts.fct_holiday_plan_scores")

    literal.publish(planning_release, "unscored", forget)
    app = open_page("quality", {"lang": "en"})

    assert "No holiday has been scored yet" in said(app)
    assert "There is no plan to look back at yet" in said(app)
