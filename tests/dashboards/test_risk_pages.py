"""The risk analyst's pages, run as Streamlit runs them, with a real mall."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards.conftest import MakeToken
from tests.dashboards.desks import DeskMall
from tests.dashboards.reading import frame_with, said

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")


def test_an_attempt_is_decided_with_a_reason_that_is_asked_for(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    app = open_page("risk_reviews", token=desk_mall.token("risk_analyst"), mall=desk_mall.url)
    assert app.title[0].value == "风控审核"
    assert app.subheader[0].value.startswith("2 笔兑换等待审核，共冻结 200 积分；最先到期的还剩")
    assert "频率：看到 1，上限 0（+40 分）" in said(app)
    waiting = frame_with(app, "kinds")
    assert waiting[["points", "score", "kinds"]].to_numpy().tolist() == [[100, 40, "频率"]] * 2
    redemption_id = app.selectbox(key="attempt").value
    # Nothing on the page tells a whole id of a member or a device.
    members = {str(member) for member in desk_mall.members[literal.ACORN]}
    assert not any(member in str(frame.value) for frame in app.dataframe for member in members)

    app.button(key=f"FormSubmitter:review_{redemption_id}-拒绝").click().run()
    assert "请先写明理由" in said(app)
    app.text_input(key=f"reason_{redemption_id}").set_value("一台设备两个账户")
    app.button(key=f"FormSubmitter:review_{redemption_id}-拒绝").click().run()
    assert "会取消并退回冻结的积分" in said(app)
    app.button(key="review_sure").click().run()

    assert "已拒绝，积分已退回" in said(app)
    assert app.subheader[0].value.startswith("1 笔兑换等待审核")
    assert desk_mall.rows(
        "select decided_verdict, decided_by, decided_reason from mall.risk_assessment "
        f"where redemption_id = '{redemption_id}'"
    ) == [("deny", "risk_analyst", "一台设备两个账户")]


def test_the_rules_tell_whom_they_stop_wrongly(open_page: OpenPage, desk_mall: DeskMall) -> None:
    app = open_page("risk_rules", token=desk_mall.token("risk_analyst"), mall=desk_mall.url)

    assert app.subheader[0].value == (
        "2026年1月1日至2026年3月31日，规则在 1,000 次尝试中拦下 60 次（6.0%）。"
        "审核过的 50 次中有 10 次是正常的：误拦率 20.0%（10.0%–32.0%，n = 50）。"
    )
    figures = frame_with(app, "false_block_rate")
    assert figures[["name", "reviewed_count"]].to_numpy().tolist() == [
        ["任一规则", 50], ["频率", 45], ["新账户", 5],
    ]  # fmt: skip
    assert "“频率”误拦的正常会员多于承诺" in said(app)
    assert "去审核" in said(app)
    app.segmented_control(key="rows").set_value("in_force").run()
    assert frame_with(app, "threshold")["name"].tolist() == ["频率"]


def test_a_rule_is_proposed_put_in_force_and_closed_with_reasons(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    app = open_page("risk_rules", token=desk_mall.token("risk_analyst"), mall=desk_mall.url)
    assert "没有待决定的规则提案" in said(app)
    app.button(key="FormSubmitter:rule_form-提出").click().run()
    assert "请先写明理由" in said(app)
    app.selectbox(key="rule_kind").set_value("account_age").run()
    app.number_input(key="rule_days").set_value(3)
    app.text_input(key="rule_reason").set_value("新号刷单")
    app.button(key="FormSubmitter:rule_form-提出").click().run()
    assert "已提出；启用之前不影响任何兑换" in said(app)
    assert "新账户 · 3 天 · " in said(app)
    ((proposal_id,),) = desk_mall.rows("select proposal_id from mall.risk_rule_proposal")
    app.text_input(key=f"decide_{proposal_id}").set_value("先试一周")
    app.button(key=f"FormSubmitter:proposal_{proposal_id}-启用").click().run()
    assert "规则已启用" in said(app)
    assert "没有待决定的规则提案" in said(app)
    ((rule_id,),) = desk_mall.rows("select rule_id from mall.risk_rule where kind = 'account_age'")
    app.selectbox(key="rule_to_close").set_value(str(rule_id))
    app.text_input(key="closing_reason").set_value("误伤")
    app.button(key="FormSubmitter:rule_closing-关闭").click().run()
    assert "规则已关闭" in said(app)

    app.segmented_control(key="rows").set_value("acts").run()
    acts = frame_with(app, "act")
    assert acts[["act", "by", "reason"]].to_numpy().tolist() == [
        ["关闭", "risk_analyst", "误伤"],
        ["启用", "risk_analyst", "先试一周"],
        ["提出", "risk_analyst", "新号刷单"],
    ]


def test_accounts_of_a_device_are_drawn_and_listed_by_short_marks(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    app = open_page("risk_links", {"days": "7"}, token=desk_mall.token("risk_analyst"), mall=desk_mall.url)

    assert app.subheader[0].value == (
        "近 7 天有 1 台设备被多个账户使用，最多的一台有 2 个；涉及 2 个账户，其中 2 个被拦下过。"
    )
    rows = frame_with(app, "member")
    assert (rows["member"].str.len() == 6).all()
    shown = app.dataframe[0].proto.columns
    assert "member_id" not in shown
    app.selectbox(key="accounts").set_value("3").run()
    assert "没有被这么多账户共用的设备" in said(app)


@pytest.mark.parametrize("page", ["risk_reviews", "risk_rules", "risk_links"])
def test_another_tenant_sees_its_own_risk_alone(open_page: OpenPage, desk_mall: DeskMall, page: str) -> None:
    query = {"tenant_id": str(literal.ACORN), "tenant": "acorn"}
    app = open_page(page, query, token=desk_mall.token("risk_analyst", "birch"), mall=desk_mall.url)

    assert not app.exception
    told = said(app)
    assert {
        "risk_reviews": "现在没有等待审核的兑换",
        "risk_rules": "拦下 77 次",
        "risk_links": "没有被这么多账户共用的设备",
    }[page] in told  # fmt: skip
    assert "频率" not in told


@pytest.mark.parametrize("page", ["risk_reviews", "risk_rules", "risk_links"])
def test_without_the_mall_the_pages_say_so(open_page: OpenPage, make_token: MakeToken, page: str) -> None:
    app = open_page(page, {"lang": "en"}, token=make_token(role="risk_analyst"))

    missing = "linked accounts cannot be shown" if page == "risk_links" else "the live queue is missing"
    assert missing in said(app)
