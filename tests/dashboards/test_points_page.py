"""The page about points, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.points import near_wave
from tests import literal_release as literal
from tests.dashboards import enterprise

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("enterprise_release")


def cards(app: AppTest) -> list[tuple[str, str, str]]:
    assert not app.exception
    return [(metric.label, metric.value, metric.delta) for metric in app.metric]


def test_the_page_answers_with_what_is_held_owed_and_about_to_expire(open_page: OpenPage) -> None:
    app = open_page("points")

    assert not app.exception
    assert app.subheader[0].value == (
        "截至2026年3月末，会员持有 80.0 万积分，预计要兑付 6,380 元。"
        "到2026年6月底将有 18.0 万积分到期，涉及会员 38 人。"
    )
    assert cards(app) == [
        ("会员持有积分", "80.0 万", "+28.2%"),
        ("积分负债", "6,380 元", "+2.2%"),
        ("本月兑换积分", "32.4 万", "+224.0%"),
        ("未来 3 个月到期", "18.0 万", ""),
    ]
    assert "8,000 元" in app.caption[2].value


def test_the_page_speaks_english(open_page: OpenPage) -> None:
    app = open_page("points", {"lang": "en"})

    assert app.subheader[0].value == (
        "At the end of Mar 2026, members hold 800,000 points, which will cost about ¥6,380. "
        "180,000 of the points held now expire by the end of Jun 2026; they belong to 38 members."
    )


def test_the_rows_are_flows_lots_or_what_expires(open_page: OpenPage) -> None:
    app = open_page("points")
    flows = app.dataframe[0].value
    assert flows["month"].dt.month.tolist() == [3, 2, 1]
    assert flows["exchanged"].tolist() == [0, -20_000, 0]
    assert flows["adjusted"].tolist() == [0, -6_000, 0]

    lots = open_page("points", {"rows": "lots"}).dataframe[0].value
    assert lots[["liability", "cost"]].values.tolist() == [[1_620.0, 3_240.0], [4_760.0, 4_760.0]]

    expiry = open_page("points", {"rows": "expiry"}).dataframe[0].value
    assert expiry["member_count_so_far"].tolist() == [30, 38, 85]


def test_what_flowed_explains_what_is_held(open_page: OpenPage) -> None:
    flows = open_page("points").dataframe[0].value.sort_values("month")

    moved = flows["issued"] + flows["exchanged"] + flows["adjusted"] - flows["redeemed"] - flows["expired"]
    assert moved.cumsum().tolist() == flows["held"].tolist()


def test_an_earlier_month_is_told_with_what_was_owed_then(open_page: OpenPage) -> None:
    app = open_page("points", {"to": "2026-02"})

    assert app.subheader[0].value.startswith("截至2026年2月末，会员持有 62.4 万积分，预计要兑付 6,240 元。")
    assert app.dataframe[0].value["month"].dt.month.tolist() == [2, 1]


def test_too_few_lots_to_learn_from_are_said(open_page: OpenPage) -> None:
    assert any("负债偏高" in caption.value for caption in open_page("points").caption)


def test_no_tenant_sees_another_ones_points(open_page: OpenPage) -> None:
    for rows in ("flows", "lots", "expiry"):
        query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
        app = open_page("points", query, tenant_id=literal.BIRCH)
        app.session_state["tenant_id"] = str(literal.ACORN)
        app.run()
        assert not app.exception
        assert len(app.dataframe[0].value) == 1
        assert cards(app)[0][:2] == ("会员持有积分", "100")
        assert cards(app)[1][:2] == ("积分负债", "0.77 元")
        assert "涉及会员 1 人" in app.subheader[0].value


def test_a_tenant_without_points_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("points", tenant_id=UUID(int=9))

    assert app.info[0].value.startswith("还没有积分记录")
    assert not app.metric


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    app = open_page("points")

    assert not app.exception
    assert "还没有这些数据" in app.info[0].value


def test_nothing_that_expires_is_said(open_page: OpenPage, literal_release: Path) -> None:
    def keep_all(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute("delete from marts.fct_points_expiry")

    literal.publish(literal_release, "endless", keep_all)
    app = open_page("points")

    assert "未来 3 个月没有积分到期。" in app.subheader[0].value
    assert app.info[0].value == "会员现在持有的积分都不会到期。"


def test_the_near_wave_counts_each_member_once() -> None:
    rows = pd.DataFrame(
        {
            "month": pd.to_datetime(["2026-03-01", "2026-06-01", "2026-07-01"]),
            "as_of_date": pd.to_datetime(["2026-03-15"] * 3),
            "remaining_points": [5, 7, 100],
            "member_count_so_far": [2, 3, 9],
        }
    )
    wave = near_wave(rows)

    assert wave is not None
    assert (wave.points, wave.members, wave.until) == (12, 3, date(2026, 6, 1))
    assert near_wave(rows[rows["remaining_points"] == 100]) is None
    assert near_wave(rows.head(0)) is None
