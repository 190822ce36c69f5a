"""The page about the data's health, run as Streamlit runs it, on the literal release."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.health_words import rule_name, view_names
from dashboards.words import Words
from orchestration.landing.contract import contract
from orchestration.landing.rules import _rules
from tests import literal_release as literal
from tests.dashboards import enterprise

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("enterprise_release")


def cards(app: AppTest) -> list[tuple[str, str]]:
    assert not app.exception
    return [(metric.label, metric.value) for metric in app.metric]


def test_the_page_answers_with_lag_checks_and_what_is_held_back(
    open_page: OpenPage, literal_release: Path
) -> None:
    landed = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    literal.publish(literal_release, "today", enterprise.add_enterprise, landed_at=landed)
    app = open_page("data_health")

    assert not app.exception
    assert app.subheader[0].value == (
        "数据完整到 5 小时前。当前版本的 120 项检查全部通过。有 5 行数据因违反规则被隔离，未计入任何指标。"
    )
    assert cards(app) == [
        ("数据滞后", "5 小时"),
        ("通过的检查", "120"),
        ("隔离的数据", "5"),
        # Facts on six of the sixty days up to the last one.
        ("没有数据的天数", "54"),
    ]
    assert app.metric[0].help.startswith("从数据完整的时刻到现在的秒数")


def test_the_releases_say_which_is_current_or_was_gone_back_to(
    open_page: OpenPage, literal_release: Path
) -> None:
    rows = open_page("data_health").dataframe[0].value
    assert dict(zip(rows["release_id"], rows["state"], strict=True)) == {
        "enterprise": "当前",
        literal.RELEASE_ID: "保留，可退回",
    }

    (literal_release / "held").write_text("enterprise")
    rows = open_page("data_health", {"lang": "en"}).dataframe[0].value
    assert "current (went back to, held)" in set(rows["state"])


def test_a_broken_manifest_of_another_release_is_left_out(open_page: OpenPage, literal_release: Path) -> None:
    (literal_release / literal.RELEASE_ID / "manifest.json").write_text(json.dumps({"checks": []}))

    rows = open_page("data_health").dataframe[0].value
    assert rows["release_id"].tolist() == ["enterprise"]


def test_no_tenant_sees_another_ones_rows_or_counts(open_page: OpenPage) -> None:
    for rows in ("releases", "quarantine", "facts"):
        query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
        app = open_page("data_health", query, tenant_id=literal.BIRCH)
        app.session_state["tenant_id"] = str(literal.ACORN)
        app.run()
        shown = app.dataframe[0].value
        assert cards(app)[2] == ("隔离的数据", "2")
        if rows == "quarantine":
            assert shown[["view_name", "row_count"]].values.tolist() == [["满意度", 2]]
        if rows == "facts":
            assert shown[["source", "facts"]].values.tolist() == [["兑换单", 1], ["记账", 2]]


def test_a_tenant_without_facts_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("data_health", tenant_id=UUID(int=9))

    assert any(info.value.startswith("还没有数据") for info in app.info)
    assert cards(app)[3] == ("没有数据的天数", "0")
    assert "没有被隔离的数据。" in app.subheader[0].value


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    app = open_page("data_health")

    assert not app.exception
    assert "还没有这些数据" in app.info[0].value


@pytest.mark.parametrize(
    ("lag", "told"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=59.4), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 d"),
    ],
)
def test_a_lag_is_told_in_its_largest_unit(lag: timedelta, told: str) -> None:
    assert Words("en").lag(lag) == told


def test_rules_and_views_are_told_in_words_and_none_is_forgotten() -> None:
    landed = contract()
    assert set(view_names(Words("zh"))) == set(landed.views)

    forms = {rule for view in landed.views.values() for _, rule in _rules(view, landed)}
    assert len(forms) > 50
    assert {rule for rule in forms if rule_name(Words("zh"), rule) == rule} == set()
    assert rule_name(Words("zh"), "points is below 0") == "points 小于 0"
    assert (
        rule_name(Words("zh"), "belongs to a transfer with a row in quarantine") == "与之相关的数据已被隔离"
    )
    assert rule_name(Words("en"), "a rule to come") == "a rule to come"
