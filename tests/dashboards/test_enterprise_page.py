"""The enterprise overview, run as Streamlit runs it, on the literal release."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal

OpenPage = Callable[..., AppTest]
ANSWER = (
    "2026年3月，月活跃率 40.0%，达到目标 30%，较上月 +10.0 个百分点。3 项指标全部达标。"
    "满意率样本不足 30，不作判断。"
)

pytestmark = pytest.mark.usefixtures("literal_release")


def texts(app: AppTest) -> str:
    """Return everything a visitor can read, but the frame of the page."""
    assert not app.exception
    blocks = [*app.title, *app.subheader, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join([block.value for block in blocks] + [metric.value for metric in app.metric])


def test_the_page_answers_with_a_sentence_and_four_figures(open_page: OpenPage) -> None:
    app = open_page()

    assert app.subheader[0].value == ANSWER
    assert [(metric.label, metric.value, metric.delta) for metric in app.metric] == [
        ("月活跃率", "40.0%", "+10.0 个百分点"),
        # February has nothing to compare with: no points were issued.
        ("积分消耗率", "60.0%", ""),
        ("累计积分消耗率", "57.5%", "+2.5 个百分点"),
        # Twenty answers are too few to say much.
        ("满意率", ":gray[90.0%]", "+10.0 个百分点"),
    ]
    assert "目标 ≥85% · 样本不足 30，仅供参考  \n反馈总数 20" in texts(app)
    assert "48 ÷ 注册会员数 120" in app.metric[0].help


def test_a_month_that_is_not_over_is_neither_judged_nor_compared(
    open_page: OpenPage, literal_release: Path
) -> None:
    def end_early(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("update marts.dim_tenant set last_fact_date = '2026-03-10'")
        connection.execute(
            "update marts.fct_kpis_monthly set value = 0.2, numerator = 22 "
            "where metric = 'activity_rate' and month = '2026-02-01'"
        )

    literal.publish(literal_release, "early", end_early)
    app = open_page()

    assert app.subheader[0].value == "2026年3月，月活跃率 40.0%。满意率样本不足 30，不作判断。"
    assert {metric.delta for metric in app.metric} == {""}
    assert "目标 ≥30% · 月末考核" in texts(app)
    # The targets that were missed are those of the month before.
    assert [title.value for title in app.subheader if "未达标" in title.value] == ["2026年2月未达标"]


def test_the_page_speaks_english(open_page: OpenPage) -> None:
    app = open_page(query={"lang": "en"})

    assert app.subheader[0].value == (
        "Monthly activity rate in Mar 2026: 40.0%, at or above the target of 30%, "
        "+10.0 pp against the month before. All 3 figures meet their target. "
        "Too few to judge, under 30: Satisfaction rate."
    )
    assert app.query_params["lang"] == "en"


def test_a_figure_below_its_target_is_named(open_page: OpenPage) -> None:
    app = open_page(tenant_id=literal.BIRCH)

    assert app.subheader[0].value == (
        "2026年3月，月活跃率 10.0%，低于目标 30%。3 项指标中 2 项达标；未达标：月活跃率。"
        "满意率本月还没有数据。"
    )


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("zh", "2026年3月，月活跃率 10.0%。月活跃率、满意率样本不足 30，不作判断。"),
        (
            "en",
            "Monthly activity rate in Mar 2026: 10.0%. "
            "Too few to judge, under 30: Monthly activity rate, Satisfaction rate.",
        ),
    ],
)
def test_a_figure_of_too_few_is_neither_above_nor_below(
    open_page: OpenPage, literal_release: Path, language: str, answer: str
) -> None:
    def shrink(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "update marts.fct_kpis_monthly set value = 0.1, n = 29, numerator = 3, denominator = 29 "
            "where tenant_id = $birch and metric in ('activity_rate', 'satisfaction_rate')",
            {"birch": str(literal.BIRCH)},
        )
        connection.execute(
            "delete from marts.fct_kpis_monthly "
            "where tenant_id = $birch and metric not in ('activity_rate', 'satisfaction_rate')",
            {"birch": str(literal.BIRCH)},
        )

    literal.publish(literal_release, "small", shrink)
    app = open_page(query={"lang": language}, tenant_id=literal.BIRCH)

    assert app.subheader[0].value == answer


def test_a_rate_without_answers_says_so_instead_of_zero(open_page: OpenPage) -> None:
    app = open_page(query={"metric": "satisfaction_rate"}, tenant_id=literal.BIRCH)

    assert app.metric[3].value == "—"
    assert "目标 ≥85% · 本月还没有数据" in texts(app)
    assert app.info[0].value == "所选时间内还没有满意率的数据，请放宽时间范围。"


def test_the_rows_of_another_tenant_are_never_shown(open_page: OpenPage) -> None:
    acorn = open_page(query={"lang": "en"}).dataframe[0].value
    birch = open_page(query={"lang": "en"}, tenant_id=literal.BIRCH).dataframe[0].value

    assert sorted(acorn["denominator"].unique()) == [0, 10, 20, 100, 110, 120, 10_000, 20_000]
    assert sorted(birch["denominator"].unique()) == [0, 50, 1_000]


@pytest.mark.parametrize("name", ["tenant_id", "tenant", "tenant_code"])
def test_neither_address_nor_state_names_the_tenant(open_page: OpenPage, name: str) -> None:
    app = open_page(query={name: str(literal.ACORN)}, tenant_id=literal.BIRCH)
    app.session_state[name] = str(literal.ACORN)
    app.run()

    assert app.metric[0].value == "10.0%"


def test_the_address_holds_the_period(open_page: OpenPage) -> None:
    app = open_page(query={"from": "2026-01", "to": "2026-02"})

    assert app.metric[0].value == "30.0%"
    assert set(app.dataframe[0].value["period"].dt.month) == {1, 2}

    app.selectbox(key="to").select("2026-01").run()

    assert app.metric[0].value == "20.0%"
    assert app.query_params["to"] == "2026-01"


def test_the_default_period_reaches_back_over_a_pause(open_page: OpenPage, literal_release: Path) -> None:
    # Thirteen months with activity, the last of them nine years after the others.
    def pause(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("delete from marts.fct_kpis_monthly")
        connection.execute(
            "insert into marts.fct_kpis_monthly "
            "select $acorn, month::date, 'activity_rate', active, 100, active / 100, 100, null, null, 0.3 "
            "from (select month, case when year(month) = 2017 or month = date '2026-11-01' then 40 else 0 end "
            "as active from range(date '2017-01-01', date '2026-12-01', interval 1 month) as t(month))",
            {"acorn": str(literal.ACORN)},
        )

    literal.publish(literal_release, "paused", pause)
    app = open_page()

    assert (app.selectbox(key="from").value, app.selectbox(key="to").value) == ("2017-02", "2026-11")
    shown = app.dataframe[0].value
    assert (shown["numerator"] > 0).sum() == 12


def test_an_address_with_an_unknown_month_shows_the_default_period(open_page: OpenPage) -> None:
    app = open_page(query={"from": "1999-13", "to": "'; drop", "metric": "profit", "grain": "hour"})

    assert app.subheader[0].value == ANSWER


def test_a_period_that_ends_before_it_begins_is_refused_with_a_sentence(open_page: OpenPage) -> None:
    app = open_page(query={"from": "2026-03", "to": "2026-01"})

    assert app.info[0].value == "开始月份晚于结束月份，请重新选择。"
    assert not app.metric


def test_days_are_shown_on_demand(open_page: OpenPage) -> None:
    app = open_page(query={"grain": "day", "from": "2026-02", "to": "2026-02"})

    rows = app.dataframe[0].value
    assert len(rows) == 28 * 4
    assert rows[rows["metric"] == "activity_rate"]["value"].tolist()[:2] == [0.28, 0.27]
    assert "目标按月考核，按天的数值不与目标比较。" in texts(app)


def test_an_unfinished_month_says_until_when_it_counts(open_page: OpenPage, literal_release: Path) -> None:
    def end_early(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("update marts.dim_tenant set last_fact_date = date '2026-03-17'")

    literal.publish(literal_release, "unfinished", end_early)

    assert "2026年3月尚未结束，数据到 2026年3月17日。" in texts(open_page())


def test_a_new_release_shows_without_a_restart(open_page: OpenPage, literal_release: Path) -> None:
    app = open_page()
    before = app.metric[0].value

    def improve(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("update marts.fct_kpis_monthly set value = 0.5 where metric = 'activity_rate'")

    literal.publish(literal_release, "improved", improve)
    app.run()

    assert (before, app.metric[0].value) == ("40.0%", "50.0%")


def test_a_tenant_without_facts_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page(tenant_id=UUID(int=9))

    assert app.info[0].value.startswith("还没有数据：")
    assert not app.metric


def test_stale_figures_say_since_when(open_page: OpenPage) -> None:
    days = (datetime.now(UTC) - datetime.fromisoformat(literal.LANDED_AT)).days

    expected = f"数据停留在 2026年4月1日 09:59，已 {days} 天未更新；请管理员检查数据流程。"
    assert open_page().warning[0].value == expected


def test_fresh_figures_say_as_of_when(open_page: OpenPage, literal_release: Path) -> None:
    literal.publish(literal_release, "fresh", landed_at=datetime.now(UTC).isoformat())

    assert "数据截至" in texts(open_page())


def note_complete(releases: Path, release_id: str, ago: timedelta) -> datetime:
    moment = datetime.now(UTC) - ago
    noted = {"release_id": release_id, "complete_until": moment.isoformat()}
    (releases / "freshness.json").write_text(json.dumps(noted))
    return moment


def test_figures_that_are_kept_fresh_are_late_after_a_minute(
    open_page: OpenPage, literal_release: Path
) -> None:
    literal.publish(literal_release, "fresh", landed_at=datetime.now(UTC).isoformat())
    note_complete(literal_release, "fresh", timedelta(minutes=3, seconds=5))
    (warning,) = open_page().warning
    assert "晚了 3 分钟" in warning.value
    (warning,) = open_page(query={"lang": "en"}).warning
    assert "3 min late" in warning.value


def test_a_release_somebody_went_back_to_does_not_promise_to_catch_up(
    open_page: OpenPage, literal_release: Path
) -> None:
    (literal_release / "held").write_text(literal.RELEASE_ID)
    note_complete(literal_release, literal.RELEASE_ID, timedelta(minutes=3))
    (warning,) = open_page().warning
    assert "退回到了较早的数据版本" in warning.value

    (literal_release / "held").write_text("another")
    (warning,) = open_page().warning
    assert "晚了 3 分钟" in warning.value


def test_figures_found_complete_just_now_are_as_of_now_however_old_the_release(
    open_page: OpenPage, literal_release: Path
) -> None:
    moment = note_complete(literal_release, literal.RELEASE_ID, timedelta(seconds=30))
    page = open_page()
    assert not page.warning
    assert f"{moment.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" in texts(page)


def test_what_is_noted_of_another_release_says_nothing(open_page: OpenPage, literal_release: Path) -> None:
    note_complete(literal_release, "another", timedelta(seconds=30))
    assert open_page().warning[0].value.startswith("数据停留在 2026年4月1日")


def test_without_a_release_the_page_says_what_to_run(open_page: OpenPage, literal_release: Path) -> None:
    (literal_release / "current").unlink()

    app = open_page()

    assert "还没有可用的数据版本" in app.info[0].value
    assert not app.metric


@pytest.mark.parametrize("broken", ["manifest.json", "marts.duckdb"])
def test_a_broken_release_is_no_stack_trace(open_page: OpenPage, literal_release: Path, broken: str) -> None:
    folder = literal.publish(literal_release, f"broken-{broken}")
    (folder / broken).write_text(json.dumps({"half": "written"}))

    app = open_page()

    assert "还没有可用的数据版本" in app.info[0].value
    assert not app.exception


def test_an_open_page_stops_when_its_session_ends(
    open_page: OpenPage, make_token: Callable[..., str]
) -> None:
    app = open_page(token=make_token(age=43_300))

    assert app.warning[0].value == "登录已过期，请重新登录。"
    assert not app.metric
    assert not app.dataframe
