"""What the overview tells beside its figures: missed targets, the funnel, and what is redeemed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.alerts import alerts
from dashboards.funnel import Funnel, funnel
from dashboards.marts import TenantMarts
from dashboards.release import current_release
from tests import literal_release as literal
from tests.dashboards import enterprise

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("enterprise_release")


def told(app: AppTest) -> str:
    assert not app.exception
    blocks = [*app.markdown, *app.caption, *app.info, *app.subheader]
    return "\n".join(block.value for block in blocks)


def test_missed_targets_are_named_with_the_farthest_off_first(open_page: OpenPage) -> None:
    lines = [block.value for block in open_page().markdown if "目标" in block.value]

    assert lines == [
        ":orange[:material/warning:] 缺货率 20.0%，目标 ≤5%",
        ":orange[:material/warning:] 订单成功率 99.0%，目标 ≥99.9%",
    ]


def test_a_target_that_is_missed_month_after_month_says_for_how_long(
    open_page: OpenPage, literal_release: Path
) -> None:
    def miss(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute("update marts.fct_kpis_monthly set value = 0.2 where metric = 'stock_out_rate'")

    literal.publish(literal_release, "missed", miss)

    assert "缺货率 20.0%，目标 ≤5%，已连续 2 个月" in told(open_page())


def test_breaks_of_the_ledger_come_first_and_in_red(open_page: OpenPage, literal_release: Path) -> None:
    def break_ledger(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute(
            "insert into marts.dim_metric values ('ledger_breaks', '重复或漏扣率', 'Breaks', 'd', 'd', 'n', 'n', 'n', 'n', "
            "0, 'at_most', 'rate', 'fct_kpis_monthly')"
        )
        connection.execute(
            "insert into marts.fct_kpis_monthly values ($acorn, date '2026-03-01', 'ledger_breaks', 1, 5000, 0.0002, "
            "5000, null, null, 0)",
            {"acorn": str(literal.ACORN)},
        )

    literal.publish(literal_release, "broken-ledger", break_ledger)
    app = open_page()

    lines = [block.value for block in app.markdown if "目标" in block.value]
    assert lines[0] == ":red[:material/error:] 重复或漏扣率 0.02%，目标 ≤0%"


def test_too_small_a_sample_misses_nothing(literal_release: Path) -> None:
    def shrink(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute(
            "update marts.fct_kpis_monthly set value = 0.5, n = 29 where metric = 'stock_out_rate'"
        )

    literal.publish(literal_release, "small", shrink)
    marts = TenantMarts(current_release(literal_release), literal.BIRCH)

    # Fifty members are enough to judge activity by.
    assert [alert.metric for alert in alerts(marts, date(2026, 3, 1), "en")] == ["activity_rate"]


def test_the_funnel_tells_members_and_their_share_of_the_step_before(open_page: OpenPage) -> None:
    app = open_page()

    assert "另有会员 3 人当月兑换但没有浏览记录" in told(app)
    found = Funnel({"visitor": 80, "viewer": 60, "redeemer": 24, "repeater": 12}, 3)
    assert [found.of_step_before(step) for step in found.counts] == [None, 0.75, 0.4, 0.5]
    empty = Funnel(dict.fromkeys(found.counts, 0), 0)
    assert empty.of_step_before("viewer") is None


def test_a_month_without_visits_says_so_instead_of_drawing_nothing(
    open_page: OpenPage, literal_release: Path
) -> None:
    def forget_visits(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute(
            "update marts.fct_funnel_monthly set visitor_count = 0, viewer_count = 0, redeemer_count = 0, "
            "repeater_count = 0"
        )

    literal.publish(literal_release, "unseen", forget_visits)
    app = open_page()

    assert [info.value for info in app.info] == [
        "这个月没有来访记录。另有会员 3 人当月兑换但没有浏览记录，不在漏斗内。"
    ]
    assert "百分比：占上一步" not in told(app)


def test_no_tenant_sees_another_ones_funnel_alerts_or_categories(
    open_page: OpenPage, enterprise_release: Path
) -> None:
    marts = TenantMarts(current_release(enterprise_release), literal.BIRCH)
    found = funnel(marts, date(2026, 3, 1))
    assert found == Funnel({"visitor": 3, "viewer": 2, "redeemer": 1, "repeater": 0}, 0)

    query = {"tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
    app = open_page(query=query, tenant_id=literal.BIRCH)
    app.session_state["tenant_id"] = str(literal.ACORN)
    app.run()
    assert "缺货率" not in told(app)
    assert "n = 3 次兑换" in told(app)


def test_a_month_in_which_nobody_came_says_so(open_page: OpenPage) -> None:
    app = open_page(query={"from": "2026-01", "to": "2026-01"})

    assert "这个月还没有会员来访。" in told(app)
    assert told(app).count("这个月还没有兑换。") == 2


def test_a_release_from_before_the_funnel_shows_the_rest(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)
    app = open_page()

    assert app.metric[0].value == "40.0%"
    assert "还没有这些数据" in told(app)
    assert len(app.dataframe) == 1


def test_the_overview_ends_with_the_other_pages_what_misses_first(open_page: OpenPage) -> None:
    steps = [block.value for block in open_page().markdown if "目标" not in block.value]

    assert steps[0] == "哪些商品快断货、哪些压货。"
    assert len(steps) == 5
