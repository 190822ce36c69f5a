"""The overview of one segment or stage of the life cycle."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("enterprise_release")


def told(app: AppTest) -> str:
    assert not app.exception
    blocks = [*app.markdown, *app.caption, *app.info, *app.subheader]
    return "\n".join(block.value for block in blocks)


def test_a_segment_has_figures_of_its_own_that_no_target_judges(open_page: OpenPage) -> None:
    app = open_page(query={"segment": "champion"})

    assert not app.exception
    assert app.selectbox(key="segment").value == "champion"
    assert app.subheader[0].value == (
        "2026年3月，月活跃率 90.0%，较上月 +40.0 个百分点。满意率样本不足 30，不作判断。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("月活跃率", "90.0%"),
        ("积分消耗率", "62.5%"),
        ("满意率", ":gray[90.0%]"),
    ]
    assert "仅看重要价值会员" in told(app)
    assert "目标 ≥30% · 目标按全体会员考核" in told(app)
    # The whole mall's alerts are not this segment's.
    assert "缺货率" not in told(app)
    assert "n = 40 次兑换" in told(app)
    assert "另有会员 1 人当月兑换但没有浏览记录" in told(app)
    assert app.dataframe[0].value["denominator"].tolist() == [50, 8_000, 10, 60]


def test_the_filter_names_the_tenants_segments_and_stages_and_is_kept_in_the_address(
    open_page: OpenPage,
) -> None:
    app = open_page(query={"metric": "consumption_rate_cumulative", "grain": "day"})
    choice = app.selectbox(key="segment")
    assert choice.options == [
        "全部会员", "分群 · 重要价值会员", "分群 · 重要保持会员", "分群 · 未兑换会员",
        "阶段 · 活跃会员", "阶段 · 预警会员", "阶段 · 流失会员",
    ]  # fmt: skip

    # What is known of all members by day is not known of a stage.
    choice.select("lost").run()

    assert app.query_params["segment"] == "lost"
    assert [(metric.label, metric.value) for metric in app.metric] == [("月活跃率", "0.0%")]
    assert "这个月还没有会员来访。" in told(app)

    app.selectbox(key="segment").select("all").run()
    assert "segment" not in app.query_params
    assert len(app.metric) == 4


def test_a_segment_nobody_knows_is_all_members(open_page: OpenPage) -> None:
    assert open_page(query={"segment": "'; drop"}).selectbox(key="segment").value == "all"


def test_a_month_in_which_nobody_was_in_the_segment_says_so(open_page: OpenPage) -> None:
    app = open_page(query={"segment": "lost", "from": "2026-01", "to": "2026-01"})

    assert "2026年1月末没有会员在这个分群里，或不足 10 人而不显示。" in told(app)


def test_no_tenant_sees_another_ones_segment(open_page: OpenPage) -> None:
    query = {"segment": "champion", "tenant_id": str(literal.ACORN)}
    app = open_page(query=query, tenant_id=literal.BIRCH, state={"tenant_id": str(literal.ACORN)})

    assert [metric.value for metric in app.metric] == [":gray[33.3%]"]
    assert "n = 7 次兑换" in told(app)
    assert app.selectbox(key="segment").options == [
        "全部会员",
        "分群 · 重要价值会员",
        "阶段 · 新会员",
    ]


def test_a_release_from_before_the_segments_figures_has_no_filter(
    open_page: OpenPage, literal_release: Path
) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)
    app = open_page(query={"segment": "champion"})

    assert [box.key for box in app.selectbox] == ["from", "to", "no_segment"]
    assert (app.selectbox(key="no_segment").disabled, app.selectbox(key="no_segment").value) == (
        True,
        "暂无分群数据",
    )
    assert app.metric[0].value == "40.0%"


def test_the_points_of_a_segment_are_what_its_members_hold_and_let_expire(open_page: OpenPage) -> None:
    app = open_page("points", {"segment": "champion"})

    assert not app.exception
    assert "仅看重要价值会员" in told(app)
    assert app.subheader[0].value == (
        "截至2026年3月末，会员持有 50.0 万积分，预计要兑付 4,000 元。"
        "到2026年5月底将有 70,000 积分到期，涉及会员 12 人。"
    )
    assert [(metric.value, metric.delta) for metric in app.metric][:3] == [
        ("50.0 万", "+25.0%"),
        ("4,000 元", "持平"),
        ("20.0 万", "+150.0%"),
    ]
    flows = app.dataframe[0].value
    assert flows[["exchanged", "adjusted", "held"]].values.tolist() == [
        [0, 0, 500_000],
        [-4_000, -2_500, 400_000],
    ]
    lots = open_page("points", {"segment": "champion", "rows": "lots"}).dataframe[0].value
    assert lots["liability"].tolist() == [1_000.0, 3_000.0]
    expiry = open_page("points", {"segment": "champion", "rows": "expiry"}).dataframe[0].value
    assert expiry["member_count"].tolist() == [12]


def test_a_group_too_small_now_has_points_of_earlier_months_and_no_wave(open_page: OpenPage) -> None:
    assert "不足 10 人而不显示" in told(open_page("points", {"segment": "at_risk"}))
    app = open_page("points", {"segment": "at_risk", "to": "2026-02"})

    assert app.subheader[0].value == "截至2026年2月末，会员持有 9,000 积分。"
    assert "到期" not in app.subheader[0].value
    assert not [block for block in app.subheader if "到期" in block.value]


def test_items_are_those_of_everybody_and_their_counts_those_of_the_segment(open_page: OpenPage) -> None:
    app = open_page("items", {"segment": "champion", "rows": "items"})

    assert not app.exception
    assert app.metric[0].value == "5.8%"
    assert app.metric[1].value == open_page("items").metric[1].value
    shown = open_page("items", {"segment": "champion", "rows": "items"}).dataframe[0].value
    assert shown["view_count"].tolist() == [200, 40, 0, 0, 0]
    assert shown["redemption_count"].tolist() == [10, 4, 0, 0, 0]
    assert shown["listed_days"].tolist() == [31] * 5
    assert "商品结构属于商品，不分会员" in told(app)
    assert "不足 10 人而不显示" in told(open_page("items", {"segment": "lost"}))


def test_the_cohorts_of_a_segment_are_of_its_members_at_the_end_of_the_month(open_page: OpenPage) -> None:
    app = open_page("members", {"segment": "champion", "rows": "cohorts"})

    assert not app.exception
    assert "按2026年3月末所在分群计" in told(app)
    assert app.dataframe[0].value["active_count"].tolist() == [40, 36, 38]
    february = open_page("members", {"segment": "champion", "rows": "cohorts", "month": "2026-02"})
    assert february.dataframe[0].value["cohort_size"].tolist() == [44]
    # Everything else is of all members.
    assert app.metric[0].value == open_page("members").metric[0].value


@pytest.mark.parametrize(
    ("page", "table", "rows"), [("points", "flows", 1), ("items", "items", 2), ("members", "cohorts", 1)]
)
def test_no_tenant_sees_another_ones_segment_on_any_page(
    open_page: OpenPage, page: str, table: str, rows: int
) -> None:
    query = {"segment": "champion", "rows": table, "tenant_id": str(literal.ACORN)}
    app = open_page(page, query, tenant_id=literal.BIRCH, state={"tenant_id": str(literal.ACORN)})

    assert len(app.dataframe[0].value) == rows
    assert "4,000 元" not in told(app) + "".join(metric.value for metric in app.metric)
