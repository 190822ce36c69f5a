"""The holiday plan, run as Streamlit runs it, on the literal release and with a real mall."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import UUID

import duckdb
import pandas as pd
import psycopg
import pytest
import streamlit as st
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards import planning
from tests.dashboards.conftest import MakeToken
from tests.dashboards.planning import Mall

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("planning_release")


def captions(app: AppTest) -> list[str]:
    assert not app.exception
    return [caption.value for caption in app.caption]


def said(app: AppTest) -> str:
    """Return all that a page says in sentences."""
    assert not app.exception
    blocks = [app.subheader, app.markdown, app.caption, app.info, app.warning, app.success, app.error]
    return "\n".join(str(block.value) for kind in blocks for block in kind)


def buttons(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def frame_with(app: AppTest, column: str) -> pd.DataFrame:
    """Return the one table with a column."""
    assert not app.exception
    (frame,) = [one.value for one in app.dataframe if column in one.value]
    return frame


def table(app: AppTest) -> list[tuple[str, int, str]]:
    """Return item, pieces and day of each line of the plan."""
    frame = frame_with(app, "proposed_quantity")
    return [(row["name"], row["quantity"], str(row["order_by"])[:10]) for row in frame.to_dict("records")]


def republish(releases: Path, release_id: str, *statements: str) -> None:
    def change(connection: duckdb.DuckDBPyConnection) -> None:
        planning.add_planning(connection)
        for statement in statements:
            connection.execute(statement)

    literal.publish(releases, release_id, change)


# What everybody sees


def test_the_page_answers_how_much_of_what_by_when(open_page: OpenPage) -> None:
    app = open_page("planner")

    assert app.subheader[0].value == (
        "劳动节（2026年5月1日）：需订购 1 种商品共 60 件、约 300 元，最晚 4月10日下第一单（还有 9 天）；"
        "平均缺货风险由 80.0% 降到 50.0%。"
    )
    assert [(metric.label, metric.value, metric.delta) for metric in app.metric] == [
        ("需订购（件）", "60", ""),
        ("采购成本", "300 元", ""),
        ("平均缺货风险", "50.0%", "−30.0 个百分点"),
        ("最近的下单日", "4月10日", ""),
    ]
    assert "2 行中 1 行需要订购" in captions(app)
    assert ":red[:small[还有 9 天 · 1 行来不及到货]]" in said(app)
    assert table(app) == [("茶叶礼盒", 60, "2026-04-10"), ("五常大米", 0, "NaT")]


def test_the_same_in_english(open_page: OpenPage) -> None:
    app = open_page("planner", {"lang": "en"})

    assert app.subheader[0].value == (
        "Labour Day, 1 May 2026: order 60 units of 1 item for about ¥300, the first by 10 Apr (9 days left). "
        "That takes the mean stock-out risk from 80.0% to 50.0%."
    )


def test_the_holidays_to_come_are_told_with_their_plans(open_page: OpenPage) -> None:
    app = open_page("planner", {"holiday": "dragon-boat_2026-06-19"})

    assert app.segmented_control(key="holiday").options == ["劳动节 5月1日 · 建议", "端午节 6月19日 · 建议"]
    assert "还没到备货时间：清明节 4月5日、618 6月18日、中秋节 9月25日。" in captions(app)
    assert app.subheader[0].value == "端午节（2026年6月19日）：现有库存和在途足够，无需订购。"


def test_the_choice_of_a_holiday_is_kept_in_the_address(open_page: OpenPage) -> None:
    app = open_page("planner")
    assert "holiday" not in app.query_params

    app.segmented_control(key="holiday").set_value("dragon-boat_2026-06-19").run()

    assert app.query_params["holiday"] == "dragon-boat_2026-06-19"
    assert app.subheader[0].value.startswith("端午节")


@pytest.mark.parametrize("holiday", ["spring-festival_2026-02-17", "x", "'; drop table marts.dim_item; --"])
def test_a_holiday_that_is_not_there_shows_the_next_one(open_page: OpenPage, holiday: str) -> None:
    assert open_page("planner", {"holiday": holiday}).subheader[0].value.startswith("劳动节")


def test_the_table_says_what_was_cut_and_what_it_is_worth(open_page: OpenPage) -> None:
    app = open_page("planner")
    frame = frame_with(app, "proposed_quantity")

    tea, rice = frame.to_dict("records")
    assert (tea["cost"], tea["risk_without"], tea["risk_after"]) == (300.0, 70.0, "10.0%")
    assert (tea["cuts"], rice["cuts"]) == ("预算 −10", "来不及 −40")
    assert (tea["demand"], tea["confidence"]) == ("538（470–620）", "高")
    # Who is asked first sells it, not who is cheapest.
    assert (tea["supplier_name"], tea["sold_in"]) == ("叶茂", "6 件一箱，12 件起订，7 天到货")
    assert (rice["risk_after"], rice["warehouse"]) == ("90.0%", "总仓")


def test_without_a_plan_the_page_says_when_there_will_be_one(
    open_page: OpenPage, planning_release: Path
) -> None:
    republish(planning_release, "no-plan", "delete from marts.fct_holiday_plans")
    app = open_page("planner")

    assert "近期没有需要备货的节日计划" in said(app)
    assert app.subheader[0].value == "预计需求：食品"


def test_a_plan_that_is_over_is_not_shown(open_page: OpenPage, planning_release: Path) -> None:
    republish(
        planning_release,
        "over",
        "update marts.fct_holiday_plans set last_day = '2026-03-31' where occasion_id = 'labour-day'",
    )

    assert open_page("planner").segmented_control(key="holiday").options == ["端午节 6月19日 · 建议"]


# Roles and the mall


def test_without_the_mall_the_release_is_shown_and_nothing_can_be_done(
    open_page: OpenPage, make_token: MakeToken
) -> None:
    app = open_page("planner", token=make_token(role="planner"))

    assert "商城暂时连不上" in said(app)
    assert table(app) == [("茶叶礼盒", 60, "2026-04-10"), ("五常大米", 0, "NaT")]
    assert not {"plan_save", "plan_approved", "plan_dismissed"} & buttons(app)
    assert not app.data_editor


def test_a_viewer_sees_the_plan_without_the_buttons(open_page: OpenPage, planned_mall: Mall) -> None:
    app = open_page("planner", token=planned_mall.token("li.na"), mall=planned_mall.url)

    assert app.segmented_control(key="holiday").options[0] == "劳动节 5月1日 · 待批准"
    assert table(app) == [("茶叶礼盒", 60, "2026-04-10"), ("五常大米", 0, "NaT")]
    assert not app.data_editor
    assert not {"plan_save", "plan_approved", "plan_dismissed"} & buttons(app)
    assert "你可以查看；修改和批准需要计划员或企业管理员角色。" in captions(app)


@pytest.fixture
def planner_of(open_page: OpenPage, planned_mall: Mall) -> Callable[..., AppTest]:
    """Open the page as a planner, with edits in the table: row, column, value."""

    def opened(
        *edits: tuple[int, str, object], username: str = "zhou.min", query: dict[str, str] | None = None
    ) -> AppTest:
        rows: dict[int, dict[str, object]] = {}
        for row, column, value in edits:
            rows.setdefault(row, {})[column] = value
        plan = planned_mall.plan()
        key = f"plan_lines_{plan['plan_id']}_{plan['revision']}_0"
        state = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
        return open_page(
            "planner",
            query,
            token=planned_mall.token(username),
            mall=planned_mall.url,
            state={key: state} if rows else None,
        )

    return opened


def test_an_edit_shows_at_once_what_changes_and_is_saved(
    planner_of: Callable[..., AppTest], planned_mall: Mall
) -> None:
    app = planner_of((0, "quantity", 72))

    assert "**未保存：改动 1 行。** 共 60 → 72 件（+12），采购成本 300 元 → 360 元（+60 元）。" in said(app)
    assert [(metric.value, metric.delta) for metric in app.metric][:2] == [
        ("72", "+12"),
        ("360 元", "+60 元"),
    ]
    changes = frame_with(app, "改为")
    assert changes.to_numpy().tolist() == [
        ["茶叶礼盒", "订购 60 件，最晚 4月10日", "订购 60 件，最晚 4月10日", "订购 72 件，最晚 4月10日", "+60 元", "≤10.0%"]
    ]  # fmt: skip
    assert app.button(key="plan_approved").disabled
    assert planned_mall.plan()["quantity"] == 60

    app.button(key="plan_save").click().run()

    assert app.success[0].value == "已保存 1 行，计划现在共 72 件。"
    plan = planned_mall.plan()
    assert (plan["quantity"], plan["status"], plan["revision"]) == (72, "edited", 1)
    assert not app.button(key="plan_approved").disabled
    assert app.segmented_control(key="holiday").options[0] == "劳动节 5月1日 · 已修改，待批准"


def test_edits_can_be_given_up(planner_of: Callable[..., AppTest], planned_mall: Mall) -> None:
    app = planner_of((0, "quantity", 72))
    app.button(key="plan_discard").click().run()

    assert "plan_save" not in buttons(app)
    assert app.metric[0].value == "60"
    assert planned_mall.plan()["revision"] == 0


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ([(0, "quantity", 61)], "“茶叶礼盒”每箱 6 件，不能订 61 件；可以改为 66 件。"),
        ([(0, "quantity", 5)], "“茶叶礼盒”每箱 6 件，不能订 5 件；可以改为 12 件。"),
        ([(0, "quantity", 6)], "“茶叶礼盒”至少订 12 件，现在是 6 件；请加到起订量，或改为 0。"),
        ([(1, "quantity", 5)], "请给“五常大米”选一个最晚下单日：建议里没有订它。"),
        ([(0, "order_by", "2026-03-31")], "商城没有接受："),
    ],
)
def test_what_the_mall_would_refuse_is_said_before_it_is_saved(
    planner_of: Callable[..., AppTest], edits: list[tuple[int, str, object]], sentence: str
) -> None:
    app = planner_of(*edits)

    assert sentence in said(app)
    assert app.button(key="plan_save").disabled


def test_a_line_is_added_with_a_day_and_another_struck_out(
    planner_of: Callable[..., AppTest], planned_mall: Mall
) -> None:
    app = planner_of((0, "quantity", 0), (1, "quantity", 5), (1, "order_by", "2026-04-03"))
    app.button(key="plan_save").click().run()

    lines = planned_mall.client.get(f"/v1/holiday-plans/{planned_mall.plan()['plan_id']}/lines").json()[
        "lines"
    ]
    assert {(UUID(one["item_id"]), one["quantity"], one["order_by"], one["edited_by"]) for one in lines} == {
        (planning.TEA, 0, None, "zhou.min"),
        (planning.RICE, 5, "2026-04-03", "zhou.min"),
    }
    assert app.metric[3].value == "4月3日"


@pytest.mark.parametrize("username", ["zhou.min", "an.ran"])
def test_approving_asks_again_and_shows_the_purchase_orders(
    planner_of: Callable[..., AppTest], planned_mall: Mall, username: str
) -> None:
    app = planner_of(username=username)
    app.button(key="plan_approved").click().run()
    assert "**批准后会生成采购单：**1 种商品共 60 件，约 300 元。批准后计划不能再改。" in said(app)
    assert planned_mall.orders() == []

    app.button(key="plan_sure").click().run()

    assert app.success[0].value == "已批准，生成 1 张采购单。"
    (order,) = planned_mall.orders()
    assert (order["created_by"], order["status"], order["cost_fen"]) == (username, "proposed", 30_000)
    orders = frame_with(app, "purchase_order_id")
    (row,) = orders.to_dict("records")
    assert (row["quantity"], row["cost"], row["status"]) == (60, 300.0, "待批准")
    assert row["purchase_order_id"] == order["purchase_order_id"]
    assert app.subheader[0].value == (
        f"劳动节（2026年5月1日）：{username.replace('.', chr(92) + '.')}已批准，订购 1 种商品共 60 件、约 300 元。"
    )
    assert not {"plan_approved", "plan_dismissed", "plan_sure"} & buttons(app)
    assert not app.data_editor


def test_an_approval_that_was_called_off_does_nothing(
    planner_of: Callable[..., AppTest], planned_mall: Mall
) -> None:
    app = planner_of()
    app.button(key="plan_approved").click().run()
    app.button(key="plan_cancel").click().run()

    assert "plan_sure" not in buttons(app)
    assert planned_mall.plan()["status"] == "proposed"


def test_a_plan_is_dismissed_after_asking(planner_of: Callable[..., AppTest], planned_mall: Mall) -> None:
    app = planner_of()
    app.button(key="plan_dismissed").click().run()
    app.button(key="plan_sure").click().run()

    assert planned_mall.plan()["status"] == "dismissed"
    assert r"zhou\.min已决定不采用这个计划。" in app.subheader[0].value
    assert planned_mall.orders() == []


def test_edits_begun_before_somebody_elses_are_not_mixed_with_them(
    planner_of: Callable[..., AppTest], planned_mall: Mall
) -> None:
    app = planner_of((0, "quantity", 72))
    planned_mall.edit(48)
    app.run()

    assert "有人改动或决定了这个计划" in said(app)
    assert app.button(key="plan_save").disabled
    assert not {"plan_approved", "plan_dismissed"} & buttons(app)
    assert table(app)[0] == ("茶叶礼盒", 60, "2026-04-10")

    app.button(key="plan_discard").click().run()

    assert table(app)[0] == ("茶叶礼盒", 48, "2026-04-10")
    assert planned_mall.plan()["quantity"] == 48


def test_a_plan_that_was_edited_a_moment_ago_is_not_approved_unseen(
    planner_of: Callable[..., AppTest], planned_mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboards import mall

    app = planner_of()
    app.button(key="plan_approved").click().run()
    real = mall.Mall.decide

    def decide(self: mall.Mall, *args: object, **more: object) -> object:
        planned_mall.edit(48)
        return real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(mall.Mall, "decide", decide)
    app.button(key="plan_sure").click().run()

    assert app.error[0].value.startswith(r"wang\.wu 在此期间修改了这个计划")
    assert (planned_mall.plan()["status"], planned_mall.orders()) == ("edited", [])


def test_a_role_that_was_taken_away_is_said(
    planner_of: Callable[..., AppTest], planned_mall: Mall, database_url: str
) -> None:
    app = planner_of()
    # The page asks once a minute; the mall knows at once.
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update mall.login set role = 'enterprise_viewer' where username = 'zhou.min'")
    app.button(key="plan_approved").click().run()
    app.button(key="plan_sure").click().run()

    assert app.error[0].value == "你的角色可以查看但不能修改；请让计划员或企业管理员来做。"
    assert planned_mall.plan()["status"] == "proposed"


def test_a_mall_that_stops_answering_leaves_it_open_what_was_done(
    planner_of: Callable[..., AppTest], planned_mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboards import mall

    def decide(*_: object, **__: object) -> object:
        raise mall.MallAway("gone")

    app = planner_of()
    app.button(key="plan_approved").click().run()
    monkeypatch.setattr(mall.Mall, "decide", decide)
    app.button(key="plan_sure").click().run()

    assert app.error[0].value.startswith("没有收到商城的答复，不知道是否已经完成。")


# Tenants


@pytest.fixture
def session_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """What transactional says of a session is not asked: the pages have to hold without it."""
    monkeypatch.setattr("dashboards.sessions._current", lambda *_: (True, None))


@pytest.mark.usefixtures("session_stands")
def test_another_tenants_plans_are_neither_listed_nor_reachable(
    open_page: OpenPage, planned_mall: Mall, make_token: MakeToken
) -> None:
    # Birch has no login in this mall: its session is refused there, and the release shows its own rows alone.
    query = {
        "holiday": "dragon-boat_2026-06-19",
        "level": "item",
        "item": str(literal.TEA),
        "tenant": str(literal.ACORN),
    }
    app = open_page(
        "planner", query, token=make_token(literal.BIRCH, role="planner"), mall=planned_mall.url,
        state={"holiday": "dragon-boat_2026-06-19", "plan_desk": None},
    )  # fmt: skip

    assert app.segmented_control(key="holiday").options == ["劳动节 5月1日 · 建议"]
    assert app.selectbox(key="item").options == ["Umbrella"]
    assert [name for name, *_ in table(app)] == ["Umbrella"]
    assert "茶叶礼盒" not in said(app)
    assert not {"plan_save", "plan_approved"} & buttons(app)


@pytest.mark.usefixtures("session_stands")
def test_a_desk_left_by_another_plan_shows_nothing_of_it(
    open_page: OpenPage, planned_mall: Mall, make_token: MakeToken
) -> None:
    opened = open_page("planner", token=planned_mall.token(), mall=planned_mall.url)
    desk = opened.session_state["plan_desk"]

    app = open_page(
        "planner", token=make_token(literal.BIRCH, role="planner"), mall=planned_mall.url,
        state={"plan_desk": desk, desk.editor: {"edited_rows": {0: {"quantity": 72}}}},
    )  # fmt: skip

    assert [name for name, *_ in table(app)] == ["Umbrella"]
    assert planned_mall.plan()["revision"] == 0


# The forecast


def test_a_forecast_is_shown_of_the_largest_category_first(open_page: OpenPage) -> None:
    app = open_page("planner")

    assert "食品：2026年4月1日至2026年4月28日预计兑换 264 件，约在 208 至 376 件之间。" in said(app)
    assert "照搬上周同一天（暂无更好的模型）" in captions(app)


def test_an_item_tells_how_its_model_did_so_far(open_page: OpenPage) -> None:
    app = open_page("planner", {"level": "item", "lang": "en"})

    assert (
        "茶叶礼盒, 1 Apr 2026 to 28 Apr 2026: about 180 units expected, roughly between 124 and 292."
        in said(app)
    )
    assert (
        "Model: weighted combination of models; past error (WAPE) 26.0%, against 34.0% of repeating the week before"
        in captions(app)
    )


def test_days_without_any_stock_are_told(open_page: OpenPage, planning_release: Path) -> None:
    # Rice, the other food, is out of stock on the last three days of March; now so is tea, on two.
    republish(
        planning_release,
        "sold-out",
        "update marts.fct_item_demand_daily set is_in_stock = false where date >= date '2026-03-30'",
    )

    assert "历史中缺货 2 天，需求可能被低估。" in said(open_page("planner"))


def test_last_years_holiday_is_told_where_it_is_known(open_page: OpenPage, planning_release: Path) -> None:
    assert "去年同一节日前后没有数据，无法对照。" in said(open_page("planner"))

    republish(
        planning_release,
        "last-year",
        "insert into marts.fct_item_demand_daily select * replace (date - interval 365 day as date) "
        "from marts.fct_item_demand_daily",
    )

    assert "橙色虚线：去年距同一节日天数相同的那天。" in said(open_page("planner"))


def test_items_are_found_by_name_and_kept_in_the_address(open_page: OpenPage, planning_release: Path) -> None:
    republish(
        planning_release,
        "mugs",
        "insert into marts.fct_demand_forecasts "
        f"select tenant_id, level, '{literal.MUG}', date, origin_date, model, 1, 0, 1, 2, 3 "
        f"from marts.fct_demand_forecasts where level = 'item' and tenant_id = '{literal.ACORN}'",
    )
    app = open_page("planner", {"level": "item"})

    assert app.selectbox(key="item").options == ["茶叶礼盒", "Travel mug"]
    app.selectbox(key="item").select(str(literal.MUG)).run()

    assert "Travel mug：2026年4月1日至2026年4月28日预计兑换 28 件" in said(app)
    assert app.query_params["item"] == str(literal.MUG)


def test_a_whole_mall_is_forecast_first_where_it_is(open_page: OpenPage, planning_release: Path) -> None:
    republish(
        planning_release,
        "whole",
        "insert into marts.fct_demand_forecasts select * replace ('tenant' as level, 'all' as series_id) "
        "from marts.fct_demand_forecasts where level = 'category'",
    )
    app = open_page("planner")

    assert app.segmented_control(key="level").options == ["全部商品", "品类", "商品"]
    assert "全部商品：2026年4月1日至2026年4月28日预计兑换 264 件" in said(app)


def test_without_a_forecast_the_page_says_what_is_missing(
    open_page: OpenPage, planning_release: Path
) -> None:
    republish(planning_release, "no-forecast", "delete from marts.fct_demand_forecasts")
    app = open_page("planner")

    assert "还没有预测：" in said(app)
    assert table(app)[0][0] == "茶叶礼盒"


def test_only_the_newest_origin_counts(open_page: OpenPage, planning_release: Path) -> None:
    republish(
        planning_release,
        "old-origin",
        "insert into marts.fct_demand_forecasts "
        "select * replace (origin_date - interval 7 day as origin_date, mean + 100 as mean) "
        "from marts.fct_demand_forecasts",
    )

    assert "预计兑换 264 件" in said(open_page("planner"))


@pytest.mark.parametrize(
    ("landed_at", "is_told"),
    # In Beijing the second moment is 8 April, eight days after the forecasts' origin; the first is not yet.
    [("2026-04-07T15:59:00+00:00", False), ("2026-04-07T16:00:00+00:00", True)],
)
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "zh",
            "预测从2026年3月31日起算，即最近一段连续营业的最后一天："
            "此后营业的天数太少，还不足以从更近的日期起算。",
        ),
        (
            "en",
            "The forecast starts from 31 Mar 2026, the end of the last unbroken trading spell, "
            "because too few days have been traded since.",
        ),
    ],
)
def test_a_forecast_from_before_a_pause_says_so(
    open_page: OpenPage, planning_release: Path, landed_at: str, is_told: bool, language: str, sentence: str
) -> None:
    literal.publish(planning_release, "reopened", planning.add_planning, landed_at=landed_at)
    app = open_page("planner", {"lang": language})

    assert [info.value for info in app.info] == ([sentence] if is_told else [])
    assert not app.exception


def test_a_name_is_shown_letter_by_letter(open_page: OpenPage, planning_release: Path) -> None:
    republish(
        planning_release,
        "renamed",
        "update marts.dim_item set name = '*Tea* [x](http://x) :red[y]' where code = 'tea'",
    )

    assert r"\*Tea\* \[x\]\(http\://x\) \:red\[y\]：2026" in said(open_page("planner", {"level": "item"}))


def test_a_release_from_before_the_page_says_so(open_page: OpenPage, planning_release: Path) -> None:
    republish(planning_release, "old", "drop table marts.dim_holiday")

    app = open_page("planner")

    assert [error.value for error in app.exception] or "旧程序发布的" in said(app)


# Files


@pytest.mark.parametrize(
    ("query", "stem", "first_line"),
    [
        ({}, "pointmart-forecast-食品-2026-03-31", "品类,食品,2026-04-01,"),
        ({"level": "item"}, "pointmart-forecast-茶叶礼盒-2026-03-31", "商品,茶叶礼盒,2026-04-01,"),
        (
            {},
            "pointmart-holiday-plan-劳动节-2026-05-01",
            "茶叶礼盒,食品,总仓,叶茂,60,2026-04-10,60,2026-04-10,300.0,",
        ),
    ],
)
def test_the_files_say_what_they_hold(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, query: dict[str, str], stem: str, first_line: str
) -> None:
    files: dict[str, bytes] = {}

    def take(_label: str, data: Callable[[], bytes], *, file_name: str, **_: object) -> None:
        files[file_name] = data()

    monkeypatch.setattr(st, "download_button", take)
    app = open_page("planner", query)

    assert not app.exception
    assert {f"{stem}.xlsx", f"{stem}.csv"} <= set(files)
    lines = files[f"{stem}.csv"].decode("utf-8-sig").splitlines()
    assert lines[1].startswith(first_line)
    sheet = load_workbook(BytesIO(files[f"{stem}.xlsx"])).active
    assert [cell.value for cell in sheet[2]][:2] == first_line.split(",")[:2]
