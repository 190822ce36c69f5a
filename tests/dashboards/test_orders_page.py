"""The orders desk, run as Streamlit runs it, on the literal release and with a real mall."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards.conftest import MakeToken
from tests.dashboards.desks import DeskMall
from tests.dashboards.reading import frame_with, said

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")


def test_the_page_answers_what_is_due_next(open_page: OpenPage, desk_mall: DeskMall) -> None:
    app = open_page("orders", token=desk_mall.token("operator"), mall=desk_mall.url)

    assert app.title[0].value == "订单时效"
    assert app.subheader[0].value == (
        "现在有 2 单待发货、1 件待送达，其中 1 件已超时，1 件在 12 小时内到期。"
    )
    assert [(metric.label, metric.value, metric.delta) for metric in app.metric] == [
        ("已超时", "1", ""),
        ("12 小时内到期", "1", ""),
        ("48小时发货率", "92.0%", "−3.0 个百分点"),
        ("准时送达率", "90.0%", ""),
    ]
    rows = frame_with(app, "left")
    assert rows[["left", "clock", "region", "due"]].to_numpy().tolist() == [
        [-24.0, "发货 48 小时", "未登记包裹", "2026-03-31 12:00"],
        [8.0, "发货 48 小时", "未登记包裹", "2026-04-01 20:00"],
        [52.0, "送达 48/72 小时", "偏远地区", "2026-04-03 16:00"],
    ]
    assert "先发已超时的 1 单" in said(app)
    assert "慢慢来这个月有 1 次承诺没有兑现" in said(app)


def test_filters_are_in_the_address_and_narrow_all_of_it(open_page: OpenPage, desk_mall: DeskMall) -> None:
    query = {"clock": "delivery", "region": "remote", "rows": "breaches", "lang": "en"}
    app = open_page("orders", query, token=desk_mall.token("operator"), mall=desk_mall.url)

    assert app.subheader[0].value.startswith(
        "0 orders are to be shipped and 1 parcel to be delivered; 0 of them"
    )
    assert frame_with(app, "party")[["clock", "who", "settled"]].to_numpy().tolist() == [
        ["Delivery, 48/72 h", "SF Express", "paid"]
    ]


def test_another_tenant_sees_its_own_orders_alone(open_page: OpenPage, desk_mall: DeskMall) -> None:
    query = {"tenant_id": str(literal.ACORN), "tenant": "acorn"}
    token = desk_mall.token("operator", "birch")
    app = open_page("orders", query, token=token, mall=desk_mall.url)
    app.session_state["tenant_id"] = str(literal.ACORN)
    app.run()

    rows = frame_with(app, "left")
    assert rows["item"].tolist() == ["Umbrella"]
    app.segmented_control(key="rows").set_value("breaches").run()
    assert frame_with(app, "party")["who"].tolist() == ["Rain Ltd"]


def test_without_the_mall_the_release_is_shown_and_the_queue_said_to_be_missing(
    open_page: OpenPage, make_token: MakeToken
) -> None:
    app = open_page("orders", token=make_token(role="operator"))

    assert "看不到实时队列" in said(app)
    assert [metric.label for metric in app.metric] == ["48小时发货率", "准时送达率"]
    assert frame_with(app, "party")["who"].tolist() == ["慢慢来", "顺丰"]


def test_a_release_without_promises_says_what_is_missing(
    open_page: OpenPage, make_token: MakeToken, literal_release: Path
) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    app = open_page("orders", token=make_token(role="operator"))

    assert "还没有这些数据" in said(app)
