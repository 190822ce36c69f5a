"""The suppliers' page, run as Streamlit runs it, on the literal release."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards import desks
from tests.dashboards.conftest import MakeToken
from tests.dashboards.reading import frame_with, said

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")


def test_the_page_answers_who_keeps_their_word_and_what_ends(
    open_page: OpenPage, make_token: MakeToken
) -> None:
    app = open_page("suppliers", token=make_token(role="operator"))

    assert app.subheader[0].value == (
        "3 家供应商中，2 家有足够的到货记录，其中 1 家的准时足量率确实低于 95%。1 份供货条款将在 90 天内到期。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("准时足量率", "77.9%"), ("破损率", "1.1%"), ("合作中的供应商", "2"), ("90 天内到期的条款", "1"),
    ]  # fmt: skip
    assert frame_with(app, "on_time_in_full_rate")["supplier_name"].tolist() == ["旧约", "慢慢来", "叶茂"]
    assert "与慢慢来谈" in said(app)
    assert "最早的 2026年4月20日到期" in said(app)


def test_terms_that_are_over_are_left_out_and_a_supplier_can_be_chosen(
    open_page: OpenPage, make_token: MakeToken
) -> None:
    query = {"supplier": "slow", "rows": "terms", "lang": "en"}
    rows = frame_with(open_page("suppliers", query, token=make_token(role="operator")), "days_left")

    assert rows[["supplier_name", "days_left", "unit_cost"]].to_numpy().tolist() == [["慢慢来", 19, 7.5]]


def test_dossiers_tell_what_was_passed_and_what_lapses_first(
    open_page: OpenPage, make_token: MakeToken
) -> None:
    app = open_page("suppliers", {"rows": "gates"}, token=make_token(role="operator"))
    assert frame_with(app, "passed")[["gate", "passed", "standing", "days_to_expiry"]].fillna(-1).to_numpy().tolist() == [
        ["资质文件", "是", "样品", 10], ["样品", "否", "样品", -1],
    ]  # fmt: skip
    app.segmented_control(key="rows").set_value("authorisations").run()
    assert frame_with(app, "forged")[["supplier", "brand", "document_number", "valid", "forged"]].to_numpy().tolist() == [
        ["叶茂 · leaf", "狮峰龙井 · longjing", "L-1", "是", "否"],
        ["慢慢来 · slow", "狮峰龙井 · longjing", "L-9", "否", "是"],
    ]  # fmt: skip


def test_a_brand_nobody_named_is_told_by_its_code(open_page: OpenPage, make_token: MakeToken) -> None:
    app = open_page(
        "suppliers",
        {"rows": "authorisations", "lang": "en"},
        token=make_token(literal.BIRCH, role="operator"),
    )
    assert frame_with(app, "forged")[["supplier", "brand"]].to_numpy().tolist() == [
        ["Rain Ltd · rain", "storm"]
    ]


def test_scores_of_a_month_begin_with_the_lowest_and_say_what_is_small(
    open_page: OpenPage, make_token: MakeToken
) -> None:
    app = open_page("suppliers", {"rows": "monthly_scores"}, token=make_token(role="operator"))
    assert frame_with(app, "known_weight")[["supplier_name", "score", "told"]].to_numpy().tolist() == [
        ["慢慢来", 41.0, ""], ["叶茂", 96.0, ""], ["慢慢来", 50.0, "样本不足 30，仅供参考"],
    ]  # fmt: skip


def test_another_tenant_sees_its_own_suppliers_alone(open_page: OpenPage, make_token: MakeToken) -> None:
    query = {"supplier": "slow", "tenant_id": str(literal.ACORN)}
    app = open_page("suppliers", query, token=make_token(literal.BIRCH, role="operator"))

    assert frame_with(app, "on_time_in_full_rate")["supplier_name"].tolist() == ["Rain Ltd"]
    app.segmented_control(key="rows").set_value("terms").run()
    assert frame_with(app, "days_left")["supplier_name"].tolist() == ["Rain Ltd"]


def test_without_suppliers_the_page_says_what_is_missing(
    open_page: OpenPage, make_token: MakeToken, literal_release: Path
) -> None:
    def empty(connection: object) -> None:
        desks.add_desks(connection)  # type: ignore[arg-type]
        for table in ("fct_supplier_performance", "dim_supplier_terms"):
            connection.execute(f"delete from marts.{table}")  # type: ignore[attr-defined]

    literal.publish(literal_release, "empty", empty)
    assert "还没有供应商" in said(open_page("suppliers", token=make_token(role="operator")))
