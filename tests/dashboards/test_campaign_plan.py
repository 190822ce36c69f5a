"""The plan of campaigns, run as Streamlit runs it, on the literal release and with a real mall."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import page
from dashboards.campaign_desk.wording import Names, benefit
from dashboards.words import Words, literally
from tests import literal_release as literal
from tests.dashboards import planning
from tests.dashboards.campaign_world import add_campaign_world
from tests.dashboards.campaigns import add_campaigns
from tests.dashboards.conftest import MakeToken
from tests.dashboards.planning import Mall

OpenPage = Callable[..., AppTest]
PLAN = {"view": "plan"}


@pytest.fixture(autouse=True)
def _release(literal_release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "business_today", lambda: planning.TODAY)
    literal.publish(literal_release, "campaign-world", add_campaign_world)


def said(app: AppTest) -> str:
    """Return all that a page says in sentences."""
    assert not app.exception
    blocks = [app.subheader, app.markdown, app.caption, app.info, app.warning, app.success, app.error]
    return "\n".join(str(block.value) for kind in blocks for block in kind)


def buttons(app: AppTest) -> list[str]:
    assert not app.exception
    return [
        str(button.key)
        for button in app.button
        if str(button.key).startswith(("campaign_", "approve_", "stop_"))
    ]


def fill_in(app: AppTest, **values: Any) -> AppTest:
    """Fill in a member day of double points that is complete, or with other values."""
    app.selectbox(key="campaign_kind_0").set_value("member_day").run()
    app.text_input(key="campaign_name_zh_0").set_value(values.get("name_zh", "春日会员日"))
    app.text_input(key="campaign_name_en_0").set_value(values.get("name_en", "Spring member day"))
    app.date_input(key="campaign_first_0").set_value(values.get("first", date(2026, 4, 2)))
    app.date_input(key="campaign_last_0").set_value(values.get("last", date(2026, 4, 8)))
    app.number_input(key="campaign_factor_True_0").set_value(values.get("factor", 1.5))
    app.number_input(key="campaign_budget_0").set_value(values.get("budget", 1_000))
    app.number_input(key="campaign_limit_0").set_value(values.get("limit"))
    return app.run()


def campaigns(mall: Mall) -> list[dict[str, Any]]:
    return list(mall.client.get("/v1/campaigns").json()["campaigns"])


def test_an_administrator_drafts_approves_and_stops_a_campaign(
    open_page: OpenPage, planned_mall: Mall
) -> None:
    app = open_page("campaigns", PLAN, token=planned_mall.token("an.ran"), mall=planned_mall.url)
    assert "进行中的活动 0 个，已批准待开始 0 个，待批准 0 个。" in said(app)
    assert app.button(key="campaign_hand_in").disabled

    fill_in(app)
    assert (
        "若2026年3月25日至2026年3月31日已有这个活动：2 人会得到共 556 积分，约合 4.45 元。预算够用，用去 55.6%。"
    ) in said(app)
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("活动对象", "2 人"), ("会得到的会员", "2 人"), ("会发放的积分", "556"), ("预算用去", "55.6%"),
    ]  # fmt: skip
    assert campaigns(planned_mall) == []

    app.button(key="campaign_hand_in").click().run()
    assert "「春日会员日」已提交，等待批准。" in said(app)
    (draft,) = campaigns(planned_mall)
    assert (draft["status"], draft["created_by"], draft["kind"]) == ("draft", "an.ran", "member_day")
    assert (draft["starts_at"], draft["ends_at"]) == ("2026-04-01T16:00:00Z", "2026-04-08T16:00:00Z")
    assert (draft["earn_numerator"], draft["earn_denominator"], draft["budget_points"]) == (3, 2, 1_000)
    # The form begins empty again.
    assert app.text_input(key="campaign_name_zh_1").value == ""

    app.button(key=f"approve_{draft['campaign_id']}").click().run()
    assert "最多发放 1,000 积分；批准后不能再改，只能停止。" in said(app)
    app.button(key=f"sure_{draft['campaign_id']}").click().run()
    assert "「春日会员日」已批准，将按时开始。" in said(app)
    assert (campaigns(planned_mall)[0]["status"], campaigns(planned_mall)[0]["approved_by"]) == (
        "approved",
        "an.ran",
    )

    app.button(key=f"stop_{draft['campaign_id']}").click().run()
    app.button(key=f"sure_{draft['campaign_id']}").click().run()
    assert "请填写原因，500 字以内。" in said(app)
    app.text_input(key=f"stop_reason_{draft['campaign_id']}").set_value("春茶未到货").run()
    app.button(key=f"sure_{draft['campaign_id']}").click().run()
    assert "「春日会员日」已停止。" in said(app)
    assert campaigns(planned_mall)[0]["stop_reason"] == "春茶未到货"
    rows = app.dataframe[0].value
    assert rows[["name", "kind", "status", "audience", "benefit", "reason"]].values.tolist() == [
        ["春日会员日", "会员日", "已停止", "全部会员", "获取积分 1.5 倍", "春茶未到货"]
    ]


WRONG = [
    ({"name_zh": ""}, "还差中文名称", "The Chinese name is missing"),
    ({"name_en": ""}, "还差英文名称", "The English name is missing"),
    ({"last": date(2026, 4, 1)}, "末日不能早于首日", "The last day cannot be before the first"),
    ({"first": date(2026, 3, 1), "last": date(2026, 3, 2)}, "也不能已经过去", "nor be over"),
    ({"factor": 1.0}, "获取积分的倍数要大于 1", "multiplied by more than 1"),
    ({"budget": None}, "请填写预算", "Tell the budget"),
    ({"limit": 2_000}, "每人上限不能超过预算", "A member's part cannot be more than the budget"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_wrong_terms_are_told_in_a_sentence_before_they_are_handed_in(
    open_page: OpenPage, planned_mall: Mall, language: str
) -> None:
    app = open_page(
        "campaigns", PLAN | {"lang": language}, token=planned_mall.token("an.ran"), mall=planned_mall.url
    )
    for wrong, zh, en in WRONG:
        fill_in(app, **wrong)

        assert (zh if language == "zh" else en) in said(app)
        assert app.button(key="campaign_hand_in").disabled
    fill_in(app)
    assert not app.button(key="campaign_hand_in").disabled


def test_each_kind_tells_what_it_needs(open_page: OpenPage, planned_mall: Mall) -> None:
    app = open_page("campaigns", PLAN, token=planned_mall.token("zhou.min"), mall=planned_mall.url)
    app.text_input(key="campaign_name_zh_0").set_value("春茶节")
    app.text_input(key="campaign_name_en_0").set_value("Tea fair")

    for kind, sentence in (
        ("festival", "兑换节要有倍数或降价。"),
        ("new_item", "新品活动要选择商品，并填写活动价或降价百分比。"),
        ("flash_sale", "请选择至少一场限时秒杀。"),
    ):
        app.selectbox(key="campaign_kind_0").set_value(kind).run()
        assert sentence in said(app)
    app.selectbox(key="campaign_audience_0").set_value("tiers").run()
    assert "请选择至少一个分群或等级。" in said(app)


def test_new_items_have_prices_of_their_own(open_page: OpenPage, planned_mall: Mall) -> None:
    app = open_page(
        "campaigns", PLAN | {"lang": "en"}, token=planned_mall.token("an.ran"), mall=planned_mall.url
    )
    app.selectbox(key="campaign_kind_0").set_value("new_item").run()
    app.text_input(key="campaign_name_zh_0").set_value("新米")
    app.text_input(key="campaign_name_en_0").set_value("New rice")
    app.date_input(key="campaign_last_0").set_value(date(2026, 4, 16))
    app.number_input(key="campaign_budget_0").set_value(20)
    app.multiselect(key="campaign_items_0").set_value([str(literal.RICE)]).run()
    app.number_input(key=f"campaign_price_{literal.RICE}_0").set_value(120).run()

    assert "1 member would have got 80 points" in said(app)
    assert "The budget would have run out on day" in said(app)
    app.button(key="campaign_hand_in").click().run()
    (draft,) = campaigns(planned_mall)
    assert draft["items"] == [{"item_id": str(literal.RICE), "price_points": 120}]
    assert app.dataframe[0].value["benefit"].tolist() == ["五常大米 at 120 points"]


def test_a_running_campaign_tells_what_is_used_of_its_budget(
    open_page: OpenPage, planned_mall: Mall, database_url: str
) -> None:
    terms = {
        "reference": "r", "kind": "member_day", "name_zh": "会员日", "name_en": "Member day", "created_by": "erp",
        "starts_at": "2026-04-01T00:00:00+08:00", "ends_at": "2026-04-03T00:00:00+08:00",
        "earning": {"numerator": 2}, "budget_points": 500,
    }  # fmt: skip
    made = planned_mall.client.post("/v1/campaigns", json=terms).json()
    path = f"/v1/campaigns/{made['campaign_id']}/approval"
    assert planned_mall.client.post(path, json={"approved_by": "erp", "if_revision": 0}).status_code == 200
    with psycopg.connect(database_url) as connection:
        connection.execute("update mall.campaign set used_points = 125")

    app = open_page("campaigns", PLAN, token=planned_mall.token("li.na"), mall=planned_mall.url)

    assert "进行中的活动 1 个" in said(app)
    assert "进行中的活动还剩 375 积分的预算。" in said(app)
    assert "会员日 · 2026年4月1日至2026年4月2日 · 全部会员 · 获取积分 2 倍 · erp 起草" in said(app)
    assert buttons(app) == []
    assert "起草、批准和停止活动需要企业管理员或计划员的角色。" in said(app)


def test_who_decides_has_the_form_and_others_look(open_page: OpenPage, planned_mall: Mall) -> None:
    for username, may_draft in (("an.ran", True), ("zhou.min", True), ("li.na", False)):
        app = open_page("campaigns", PLAN, token=planned_mall.token(username), mall=planned_mall.url)

        assert ("campaign_hand_in" in buttons(app)) == may_draft


@pytest.mark.parametrize("role", ["operator", "risk_analyst", "platform_admin"])
def test_other_desks_do_not_see_campaigns(open_page: OpenPage, make_token: MakeToken, role: str) -> None:
    app = open_page("campaigns", PLAN, token=make_token(role=role))

    assert not app.exception
    assert [title.value for title in app.title] != ["活动与试点"]
    assert buttons(app) == []


def test_a_mall_that_is_away_is_told(open_page: OpenPage) -> None:
    app = open_page("campaigns", PLAN)

    assert "商城暂时连不上" in said(app)
    assert buttons(app) == []


def test_what_campaigns_came_to_is_in_the_rows(open_page: OpenPage, planned_mall: Mall) -> None:
    query = PLAN | {"rows": "campaign_results", "lang": "en"}
    app = open_page("campaigns", query, token=planned_mall.token("li.na"), mall=planned_mall.url)

    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["name_en"], row["kind"], row["used_points"], row["cost_yuan"]) == (
        "New Year fair", "Redemption festival", 1_200, 9.6,
    )  # fmt: skip


def test_what_is_cheaper_is_named_the_first_of_it() -> None:
    words, names = Words("en"), Names({}, {"a": "Tea", "b": "Rice"}, {"1": "Mug", "2": "Pot"})
    campaign = {
        "earn_numerator": None, "discount_bp": 1_500, "categories": ["a", "b"], "sale_ids": [],
        "items": [{"item_id": item, "price_points": None} for item in ("1", "2")],
    }  # fmt: skip

    assert benefit(words, campaign, names) == "Tea, Rice, Mug and 1 more: 15% lower"


def test_one_goes_from_results_to_the_plan_and_back(
    open_page: OpenPage, planned_mall: Mall, literal_release: Path
) -> None:
    def furnish(connection: duckdb.DuckDBPyConnection) -> None:
        add_campaigns(connection)
        add_campaign_world(connection)

    literal.publish(literal_release, "both", furnish)
    app = open_page("campaigns", {"rows": "pilot"}, token=planned_mall.token("an.ran"), mall=planned_mall.url)
    assert app.segmented_control(key="rows").value == "pilot"

    app.segmented_control(key="view").set_value("plan").run()
    assert "待批准 0 个" in said(app)
    assert app.query_params["view"] == "plan"
    app.segmented_control(key="view").set_value("results").run()
    assert "限时秒杀 3 场" in said(app)


def begin_to_edit(app: AppTest, mall: Mall) -> str:
    """Hand a draft in and open the form in which it is edited; return its id."""
    fill_in(app)
    app.button(key="campaign_hand_in").click().run()
    key = str(campaigns(mall)[0]["campaign_id"])
    app.button(key=f"edit_{key}").click().run()
    return key


def test_a_draft_is_edited_until_it_is_approved(open_page: OpenPage, planned_mall: Mall) -> None:
    app = open_page("campaigns", PLAN, token=planned_mall.token("an.ran"), mall=planned_mall.url)
    key = begin_to_edit(app, planned_mall)
    assert app.button(key=f"save_{key}").disabled

    app.text_input(key=f"edit_name_zh_{key}_0").set_value("谷雨会员日")
    app.date_input(key=f"edit_last_{key}_0").set_value(date(2026, 4, 20))
    app.number_input(key=f"edit_budget_{key}_0").set_value(2_000)
    app.selectbox(key=f"edit_audience_{key}_0").set_value("rfm").run()
    assert "请选择至少一个分群或等级。" in said(app)
    app.multiselect(key=f"edit_groups_rfm_{key}_0").set_value(["champion"]).run()
    app.button(key=f"save_{key}").click().run()
    assert "「谷雨会员日」已修改，等待批准。" in said(app)
    assert r"an\.ran 起草 · an\.ran 修改" in said(app)
    (draft,) = campaigns(planned_mall)
    assert (draft["name_zh"], draft["starts_at"], draft["ends_at"], draft["budget_points"]) == (
        "谷雨会员日", "2026-04-01T16:00:00Z", "2026-04-20T16:00:00Z", 2_000,
    )  # fmt: skip
    assert (draft["earn_numerator"], draft["status"], draft["revision"]) == (3, "draft", 1)
    assert (draft["audience"], draft["scheme"], len(draft["groups"])) == ("segments", "rfm", 1)

    # The days are told as the mall names them, before anything is sent.
    app.button(key=f"edit_{key}").click().run()
    app.date_input(key=f"edit_last_{key}_1").set_value(date(2026, 3, 1)).run()
    assert Words("zh")("campaign_wrong_days") in said(app)
    assert app.button(key=f"save_{key}").disabled

    approved = planned_mall.client.post(
        f"/v1/campaigns/{key}/approval", json={"approved_by": "boss", "if_revision": 1}
    )
    assert approved.status_code == 200
    app.run()
    assert f"edit_{key}" not in {str(button.key) for button in app.button}


def test_the_items_of_a_draft_are_edited(open_page: OpenPage, planned_mall: Mall) -> None:
    terms = {
        "reference": "r", "kind": "new_item", "name_zh": "新米", "name_en": "New rice", "created_by": "erp",
        "starts_at": "2026-04-05T10:00:00+08:00", "ends_at": "2026-04-09T00:00:00+08:00", "budget_points": 500,
        "earning": {"numerator": 4, "denominator": 3}, "items": [{"item_id": str(literal.RICE), "price_points": 120}],
    }  # fmt: skip
    made = planned_mall.client.post("/v1/campaigns", json=terms)
    assert made.status_code == 201, made.text
    key = made.json()["campaign_id"]
    app = open_page(
        "campaigns", PLAN | {"lang": "en"}, token=planned_mall.token("zhou.min"), mall=planned_mall.url
    )
    app.button(key=f"edit_{key}").click().run()
    assert app.number_input(key=f"edit_price_{literal.RICE}_{key}_0").value == 120
    other = str(literal.TEA)
    app.multiselect(key=f"edit_items_{key}_0").set_value([str(literal.RICE), other]).run()
    app.number_input(key=f"edit_price_{other}_{key}_0").set_value(5).run()
    app.button(key=f"save_{key}").click().run()

    assert "'New rice' is edited and waits for approval." in said(app)
    (draft,) = campaigns(planned_mall)
    assert {one["item_id"]: one["price_points"] for one in draft["items"]} == {
        str(literal.RICE): 120,
        other: 5,
    }
    # What nobody touched is not sent: it still begins at ten, and multiplies by what the form does not ask for.
    assert draft["starts_at"] == "2026-04-05T02:00:00Z"
    assert (draft["earn_numerator"], draft["earn_denominator"]) == (4, 3)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_has_not_seen_an_edit_does_not_approve_or_edit(
    open_page: OpenPage, planned_mall: Mall, language: str
) -> None:
    app = open_page(
        "campaigns", PLAN | {"lang": language}, token=planned_mall.token("an.ran"), mall=planned_mall.url
    )
    key = begin_to_edit(app, planned_mall)
    app.number_input(key=f"edit_budget_{key}_0").set_value(3_000).run()

    def edit_elsewhere(budget: int, revision: int) -> None:
        body = {"budget_points": budget, "edited_by": "zhou.min", "if_revision": revision}
        assert planned_mall.client.patch(f"/v1/campaigns/{key}", json=body).status_code == 200

    edit_elsewhere(9_000, 0)
    app.button(key=f"save_{key}").click().run()
    sentence = Words(language)("campaign_changed_now", username=literally("zhou.min"))
    assert sentence in said(app)
    assert campaigns(planned_mall)[0]["budget_points"] == 9_000

    # Who looks again and goes on editing begins with what it has become.
    app.button(key=f"edit_{key}").click().run()
    assert app.number_input(key=f"edit_budget_{key}_1").value == 9_000
    assert app.button(key=f"save_{key}").disabled
    app.button(key=f"cancel_{key}").click().run()
    app.button(key=f"approve_{key}").click().run()
    assert "9,000" in said(app)
    edit_elsewhere(90_000, 1)
    app.button(key=f"sure_{key}").click().run()
    assert sentence in said(app)
    (draft,) = campaigns(planned_mall)
    assert (draft["status"], draft["budget_points"]) == ("draft", 90_000)

    app.button(key=f"approve_{key}").click().run()
    assert "90,000" in said(app)
    app.button(key=f"sure_{key}").click().run()
    assert campaigns(planned_mall)[0]["status"] == "approved"
