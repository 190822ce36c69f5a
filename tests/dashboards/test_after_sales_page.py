"""The after-sales desk, run as Streamlit runs it, with a real mall: what waits, answering and deciding."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards.conftest import MakeToken
from tests.dashboards.desks import DeskMall
from tests.dashboards.reading import frame_with, said

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")


def test_cases_are_answered_and_decided_and_refunds_asked_about_first(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    app = open_page("after_sales", token=desk_mall.token("operator"), mall=desk_mall.url)
    assert app.subheader[0].value == (
        "现在有 2 件售后待答复，其中 1 件已超过 24 小时；另有 0 件已答复、待决定。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("超 24 小时未答复", "1"), ("已答复待决定", "0"), ("售后24小时响应率", "97.5%"), ("投诉率", "2.0%"),
    ]  # fmt: skip
    assert frame_with(app, "left")[["left", "state", "reason"]].to_numpy().tolist() == [
        [-6.0, "超时未答复", "破损"], [22.0, "待答复", "少件"],
    ]  # fmt: skip
    # What stands first is chosen: the late one, with what the member said.
    assert "茶罐破了" in said(app)
    case_id = app.selectbox(key="case").value

    app.text_area(key=f"answer_text_{case_id}").set_value("  ")
    app.button(key=f"FormSubmitter:answer_{case_id}-发送答复").click().run()
    assert "请先写下答复" in said(app)
    app.text_area(key=f"answer_text_{case_id}").set_value("抱歉，马上处理")
    app.button(key=f"FormSubmitter:answer_{case_id}-发送答复").click().run()
    assert "答复已发给会员" in said(app)
    notes = desk_mall.ask("GET", f"/v1/after-sales/{case_id}")["notes"]
    assert [(note["text"], note["noted_by"]) for note in notes if note["kind"] == "answered"] == [
        ("抱歉，马上处理", "operator")
    ]

    # What is worked on stays chosen, though others are more urgent now.
    app.selectbox(key="case").set_value(case_id).run()
    app.text_input(key=f"reasoning_{case_id}").set_value("破损属实")
    app.button(key=f"FormSubmitter:decision_{case_id}-作出决定").click().run()
    assert "积分和现金会按原路退给会员" in said(app)
    assert desk_mall.rows(f"select outcome from mall.after_sales_case where case_id = '{case_id}'") == [
        (None,)
    ]
    app.button(key="case_sure").click().run()
    assert "已决定：退款" in said(app)
    (decided,) = desk_mall.rows(
        f"select outcome, responsibility, decided_by from mall.after_sales_case where case_id = '{case_id}'"
    )
    assert decided == ("refund", "supplier", "operator")
    _is_sent_again_once(open_page, desk_mall)


def _is_sent_again_once(open_page: OpenPage, desk_mall: DeskMall) -> None:
    assert desk_mall.rows("update mall.offer set handover = 'shipping' returning item_id")
    redemption = desk_mall.redeem(timedelta(days=2))
    first, second = [
        desk_mall.open_case(redemption, timedelta(hours=1), "other", "少了一件") for _ in range(2)
    ]
    token = desk_mall.token("operator")

    def decided(case_id: str, outcome: str) -> AppTest:
        app = open_page("after_sales", {"case": case_id}, token=token, mall=desk_mall.url)
        app.selectbox(key=f"outcome_{case_id}").set_value(outcome)
        app.text_input(key=f"reasoning_{case_id}").set_value("少发属实")
        return app.button(key=f"FormSubmitter:decision_{case_id}-作出决定").click().run()

    app = decided(first, "replace")
    assert "第 1 行 1 件" in said(app)
    assert "换货的件数会立即从库存扣下" in said(app)
    app.button(key="case_sure").click().run()
    assert "登记包裹时写上这张售后单" in said(app)
    assert "另有 0 件退款中、1 件换货中" in said(app)
    assert "换货中" in frame_with(app, "left")["state"].tolist()
    for outcome in ("replace", "refund"):
        assert "同样的商品正由另一张售后单换货或退款" in said(decided(second, outcome))


def test_a_late_case_of_another_tenant_is_nobody_elses(open_page: OpenPage, desk_mall: DeskMall) -> None:
    ((case_id,),) = desk_mall.rows("select case_id from mall.after_sales_case where reason = 'damaged'")
    query = {"case": str(case_id), "rows": "opened"}
    app = open_page("after_sales", query, token=desk_mall.token("operator", "birch"), mall=desk_mall.url)

    assert "现在没有待处理的售后" in said(app)
    assert "茶罐破了" not in said(app)
    assert not app.text_area
    assert frame_with(app, "answer_hours")["item"].tolist() == ["Umbrella"]


@pytest.mark.parametrize("query", [{}, {"reason": "damaged", "lang": "en"}])
def test_without_the_mall_the_month_is_told(
    open_page: OpenPage, make_token: MakeToken, query: dict[str, str]
) -> None:
    app = open_page("after_sales", query, token=make_token(role="operator"))

    assert ("看不到实时队列" in said(app)) or ("the live queue is missing" in said(app))
    rows = frame_with(app, "answer_hours")
    assert len(rows) == (2 if query else 3)
    assert app.metric[0].value == "97.5%"


def test_a_session_that_is_over_in_the_mall_shows_no_case(
    open_page: OpenPage, make_token: MakeToken, desk_mall: DeskMall
) -> None:
    # Signed as ours is, and of a login the mall does not have.
    app = open_page("after_sales", token=make_token(literal.ACORN, role="operator"), mall=desk_mall.url)

    assert "登录已过期" in said(app)
    assert not app.text_area
