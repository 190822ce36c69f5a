"""The storefront demo, run as Streamlit runs it, with a real mall and real recommendations."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards.conftest import SECRET, MakeToken
from tests.dashboards.reading import said
from tests.dashboards.storefront import Storefront, run_campaign, running_storefront
from tests.serving.mall import NOW

OpenPage = Callable[..., AppTest]
MEI, LAN, OTTO, TEA, RICE, MUG = (
    str(one) for one in (literal.MEI, literal.LAN, literal.OTTO, literal.TEA, literal.RICE, literal.MUG)
)


@pytest.fixture
def storefront(database_url: str, data_dir: Path) -> Iterator[Storefront]:
    with running_storefront(database_url, data_dir, SECRET) as running:
        yield running


@pytest.fixture
def open_shop(open_page: OpenPage, storefront: Storefront) -> OpenPage:
    """Open the page as somebody who logs in, an administrator of acorn if nobody else is named."""

    def opened(
        query: dict[str, str] | None = None,
        *,
        username: str = "an.ran",
        tenant_code: str = "acorn",
        **more: object,
    ) -> AppTest:
        token = storefront.token(username, tenant_code)
        return open_page(
            "storefront", query, token=token, mall=storefront.mall, serving=storefront.serving, **more
        )

    return opened


def keys(app: AppTest, prefix: str) -> list[str]:
    return [button.key for button in app.button if button.key and button.key.startswith(prefix)]


def test_a_members_points_and_reasons_are_shown(open_shop: OpenPage) -> None:
    app = open_shop()
    assert app.subheader[0].value == "这名会员有 500 积分可用。"
    assert app.selectbox(key="member").value == MEI
    assert app.selectbox(key="member").options == [
        "冠军会员 · 0101 · 近一年兑换 3 次", "未兑换 · 0102 · 近一年兑换 0 次",
    ]  # fmt: skip
    assert [metric.value for metric in app.metric] == ["500", "0", "0"]
    assert f"open_home_{TEA}" in keys(app, "open_home_")
    assert "常换好物：您兑换过 2 次" in said(app)


def test_the_same_in_english(open_shop: OpenPage) -> None:
    app = open_shop({"lang": "en"})
    assert app.subheader[0].value == "This member can spend 500 points."
    assert "you redeemed it 2 times" in said(app)


def test_what_is_shown_and_clicked_is_logged_by_the_answers_id_once(
    open_shop: OpenPage, storefront: Storefront
) -> None:
    app = open_shop()
    app.run()
    shown = storefront.rows(
        "select distinct request_id, context from mall.event where kind = 'impression' and context is not null"
    )
    assert [context for _, context in shown] == ["home"]
    app.button(key=f"open_home_{TEA}").click().run()
    clicks = storefront.rows(
        "select request_id, item_id::text, position from mall.event where kind = 'click' and request_id is not null"
    )
    assert [(clicks[0][0], clicks[0][1])] == [(shown[0][0], TEA)]
    assert storefront.rows(
        f"select position from mall.event where kind = 'impression' and request_id = '{shown[0][0]}' "
        f"and item_id = '{TEA}'"
    ) == [(clicks[0][2],)]
    assert "经常一起兑换" in said(app)


def test_redeeming_spends_once_and_shows_the_order_and_other_recommendations(
    open_shop: OpenPage, storefront: Storefront
) -> None:
    app = open_shop()
    app.button(key=f"open_home_{TEA}").click().run()
    app.button(key="shop_redeem").click().run()
    assert "兑换**茶叶礼盒**，扣 100 积分，兑换后剩 400 积分。确认吗？" in said(app)
    assert storefront.available() == 500
    app.button(key="shop_sure").click().run()
    assert "兑换成功：茶叶礼盒，扣 100 积分，剩 400 积分。" in said(app)
    assert (storefront.available(), app.metric[0].value) == (400, "400")
    assert "item" not in app.query_params
    assert app.segmented_control(key="view").value == "orders"
    assert ":primary-badge[待发货]" in said(app)
    assert "100 积分已结清" in said(app)
    # Who redeemed for the member is kept with the order.
    assert storefront.rows("select split_part(key, '/', 1) from mall.idempotency_key") == [("an.ran",)]
    for move, state in (("ship", "已发货"), ("deliver", "已送达"), ("complete", "已完成")):
        (key,) = keys(app, f"{move}_")
        app.button(key=key).click().run()
        assert f":primary-badge[{state}]" in said(app)


def test_an_order_whose_answer_was_lost_is_sent_again_under_its_key(
    open_shop: OpenPage, storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboards.mall import MallAway, Told
    from dashboards.shop import Order, Shop

    app = open_shop({"item": TEA})
    app.button(key="shop_redeem").click().run()
    redeem = Shop.redeem

    def lose(shop: Shop, order: Order, key: str) -> Told:
        redeem(shop, order, key)
        raise MallAway("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(Shop, "redeem", lose)
        app.button(key="shop_sure").click().run()
    assert "同一单不会扣两次" in said(app)
    app.button(key="shop_sure").click().run()
    assert "兑换成功" in said(app)
    assert storefront.available() == 400


def test_refusals_are_told_kindly(open_shop: OpenPage) -> None:
    app = open_shop({"item": MUG, "member": LAN})
    app.number_input(key=f"pieces_{MUG}").set_value(2).run()
    app.button(key="shop_redeem").click().run()
    assert "积分不足：需要 600，可用 300，还差 300。" in said(app)
    app.number_input(key=f"pieces_{MUG}").set_value(50).run()
    app.button(key="shop_redeem").click().run()
    assert "库存不足，只剩 10 件。" in said(app)
    assert not keys(app, "shop_sure")
    assert "没有上架" in said(open_shop({"item": str(literal.UMBRELLA)}))


def test_a_basket_is_recommended_for_and_redeemed_as_one_order(
    open_shop: OpenPage, storefront: Storefront
) -> None:
    app = open_shop()
    for item in (TEA, RICE):
        app.button(key=f"put_home_{item}").click().run()
    app.segmented_control(key="view").set_value("basket").run()
    assert "与购物篮相配" in said(app)
    app.button(key="shop_redeem_basket").click().run()
    app.button(key="shop_sure").click().run()
    assert storefront.available() == 200
    assert "茶叶礼盒 × 1、五常大米 × 1" in said(app)
    assert "购物篮是空的" in said(app.segmented_control(key="view").set_value("basket").run())


@pytest.mark.parametrize("username", ["li.na", "zhou.min"])
def test_who_may_not_act_looks_around_and_leaves_no_trace(
    open_shop: OpenPage, storefront: Storefront, username: str
) -> None:
    before = storefront.rows("select count(*) from mall.event")
    app = open_shop(username=username)
    assert "需要企业管理员角色" in said(app)
    app.button(key=f"open_home_{TEA}").click().run()
    assert app.button(key="shop_redeem").disabled
    assert storefront.rows("select count(*) from mall.event") == before


@pytest.mark.parametrize("where", ["address", "state"])
def test_no_tenant_sees_a_member_of_another(open_shop: OpenPage, where: str) -> None:
    """Whatever the address bar or a kept widget names."""
    query = {"member": OTTO} if where == "address" else None
    app = open_shop(query, state={"member": OTTO} if where == "state" else None)
    assert app.selectbox(key="member").value == MEI
    birch = open_shop({"member": MEI, "item": RICE}, tenant_code="birch")
    assert birch.selectbox(key="member").options == ["冠军会员 · 0103 · 近一年兑换 1 次"]
    assert "没有上架" in said(birch)
    assert birch.subheader[0].value == "这名会员有 100 积分可用。"


def test_services_that_are_away_are_told(open_page: OpenPage, storefront: Storefront) -> None:
    token = storefront.token()
    app = open_page("storefront", token=token, mall=storefront.mall, serving="http://127.0.0.1:9")
    assert "推荐服务暂时连不上" in said(app)
    assert app.metric[0].value == "500"
    app = open_page("storefront", token=token, serving=storefront.serving)
    assert "商城暂时连不上" in said(app)
    app = open_page("storefront", token=token, mall=storefront.mall)
    assert "POINTMART_SERVING_URL" in said(app)


def test_a_forged_session_is_no_visitor(
    open_page: OpenPage, make_token: MakeToken, storefront: Storefront
) -> None:
    app = open_page("storefront", token=make_token(secret="another secret"), mall=storefront.mall)
    assert "登录已过期" in said(app)


def test_a_campaigns_price_is_shown_beside_the_list_price_and_paid(
    open_shop: OpenPage, storefront: Storefront
) -> None:
    run_campaign(storefront, NOW, price=80, budget=30)
    app = open_shop()
    assert ":primary[80 积分] :gray[~~100 积分~~] :red-badge[年货节]" in said(app)
    app.button(key=f"open_home_{TEA}").click().run()
    app.button(key="shop_redeem").click().run()
    assert "兑换**茶叶礼盒**，扣 80 积分，兑换后剩 420 积分。确认吗？" in said(app)
    app.button(key="shop_sure").click().run()
    assert storefront.available() == 420
    # The budget covers no second one, so the plain price is shown again.
    assert "~~100 积分~~" not in said(open_shop())


def test_a_price_that_rose_since_it_was_shown_is_not_paid(
    open_shop: OpenPage, storefront: Storefront
) -> None:
    run_campaign(storefront, NOW, price=80, budget=30)
    app = open_shop({"item": TEA})
    app.button(key="shop_redeem").click().run()
    storefront.rows("update mall.campaign set used_points = 20 returning 1")
    app.button(key="shop_sure").click().run()
    assert "活动价没有了" in said(app)
    assert storefront.available() == 500


@pytest.fixture
def paying(database_url: str, data_dir: Path, tmp_path: Path) -> Iterator[Storefront]:
    with running_storefront(database_url, data_dir, SECRET, keys=tmp_path / "keys") as running:
        running.rows(
            "update mall.program set cash_points = 1, cash_fen = 3, cash_share_min_bp = 1000, cash_share_max_bp = 8000 "
            "returning 1"
        )
        yield running


def test_points_and_cash_are_chosen_split_paid_and_the_order_goes_on(
    open_page: OpenPage, paying: Storefront
) -> None:
    app = open_page(
        "storefront", {"item": TEA}, token=paying.token(), mall=paying.mall, serving=paying.serving
    )
    app.button(key="shop_redeem").click().run()
    app.segmented_control(key="shop_pay_how").set_value("cash").run()
    points = app.number_input(key="shop_pay_in_points_100")
    assert (points.min, points.max, points.value) == (20, 90, 90)
    points.set_value(40).run()
    assert "冻结 40 积分，另付 1.80 元，之后剩 460 积分" in said(app)
    app.button(key="shop_sure").click().run()
    assert "请在“我的订单”里付 1.80 元" in said(app)
    assert "待付 1.80 元" in said(app)
    (pay,) = keys(app, "pay_")
    app.button(key=pay).click().run()
    assert not app.exception
    (link,) = app.get("link_button")
    httpx.post(link.proto.url, data={"action": "pay"}, trust_env=False, timeout=30, follow_redirects=True)
    deadline = time.monotonic() + 60
    while paying.rows("select status from mall.payment") != [("captured",)]:
        assert time.monotonic() < deadline, "the sandbox did not tell of the payment"
        time.sleep(0.1)
    app.button(key=pay.replace("pay_", "paid_")).click().run()
    assert ":primary-badge[待发货]" in said(app)
    assert "已付 1.80 元" in said(app)
    assert paying.available() == 460
