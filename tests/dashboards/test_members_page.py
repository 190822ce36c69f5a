"""The page about members, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("enterprise_release")


def cards(app: AppTest) -> list[tuple[str, str, str]]:
    assert not app.exception
    return [(metric.label, metric.value, metric.delta) for metric in app.metric]


def test_the_page_answers_with_who_comes_and_who_left(open_page: OpenPage) -> None:
    app = open_page("members")

    assert not app.exception
    assert app.subheader[0].value == (
        "2026年3月末共有会员 100 人，其中 50.0% 在来（新会员与活跃会员），较2026年2月 −10.0 个百分点。"
        # Eighty were not lost a month before; ten of them are now.
        "本月流失会员 10 人，流失率 12.5%。"
    )
    assert cards(app) == [
        ("会员数", "100", "持平"),
        ("新会员与活跃会员", "50.0%", "−10.0 个百分点"),
        ("预警与沉睡会员", "20.0%", "持平"),
        ("本月流失率", "12.5%", ""),
    ]
    assert any("流失 10 人 · 唤回 0 人" in caption.value for caption in app.caption)
    assert "30 天以内" in app.metric[1].help


def test_the_page_speaks_english(open_page: OpenPage) -> None:
    app = open_page("members", {"lang": "en"})

    assert app.subheader[0].value == (
        "100 members at the end of Mar 2026, of whom 50.0% still come (new or active), -10.0 pp against Feb 2026. "
        "10 members were lost in the month, a churn of 12.5%."
    ).replace("-", "−", 1)


def test_segments_have_their_size_share_of_points_and_change(open_page: OpenPage) -> None:
    rows = open_page("members").dataframe[0].value

    columns = ["name_zh", "members", "share", "change", "points"]
    assert rows[columns].values.tolist() == [
        ["重要价值会员", 50, 0.5, -10, 50_000],
        ["未兑换会员", 30, 0.3, 10, 0],
        ["重要保持会员", 20, 0.2, 0, 10_000],
    ]
    assert rows["share_of_points"].tolist() == [pytest.approx(5 / 6), 0, pytest.approx(1 / 6)]


def test_the_rows_are_stages_or_cohorts(open_page: OpenPage) -> None:
    stages = open_page("members", {"rows": "stages"}).dataframe[0].value
    assert stages["name_zh"].tolist() == ["活跃会员", "预警会员", "流失会员"] * 2
    assert stages["members"].tolist() == [50, 20, 30, 60, 20, 20]

    query = {"rows": "cohorts", "cohort": "first_redemption"}
    cohorts = open_page("members", query).dataframe[0].value
    assert cohorts["retention_rate"].tolist() == [1.0, 0.3]


def test_whom_to_turn_to_comes_last(open_page: OpenPage) -> None:
    steps = "\n".join(block.value for block in open_page("members").markdown)

    assert "先挽回重要保持会员：会员 20 人，占近 12 个月兑换积分的 16.7%" in steps
    assert "预警会员 20 人" in steps


def test_the_first_month_has_nobody_who_left(open_page: OpenPage) -> None:
    app = open_page("members", {"month": "2026-02"})

    assert app.subheader[0].value == "2026年2月末共有会员 100 人，其中 60.0% 在来（新会员与活跃会员）。"
    assert cards(app)[3][1] == "—"


def test_no_tenant_sees_another_ones_members(open_page: OpenPage) -> None:
    expected = {"segments": 1, "stages": 1, "cohorts": 1}
    for rows, count in expected.items():
        query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
        app = open_page("members", query, tenant_id=literal.BIRCH)
        app.session_state["tenant_id"] = str(literal.ACORN)
        app.run()
        assert not app.exception
        assert cards(app)[0][:2] == ("会员数", "3")
        assert len(app.dataframe[0].value) == count


def test_shares_of_few_members_are_grey(open_page: OpenPage) -> None:
    app = open_page("members", tenant_id=literal.BIRCH)

    assert cards(app)[1][1] == ":gray[100.0%]"
    assert app.info[0].value.startswith("还没有满一个月的分组")


def test_a_tenant_without_members_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("members", tenant_id=UUID(int=9))

    assert app.info[0].value.startswith("还没有会员数据")
    assert not app.metric


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    app = open_page("members")

    assert not app.exception
    assert "还没有这些数据" in app.info[0].value
