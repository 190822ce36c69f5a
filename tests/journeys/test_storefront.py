"""An administrator sees the shop as a member does, redeems an item, follows the order, and sees other recommendations.

Then the member redeems one for points and cash, and pays the cash on the sandbox's page.
"""

import re
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.dashboards.storefront import PASSWORD, run_campaign, running_storefront
from tests.journeys.test_holiday_plan import SECRET, running_screens
from tests.journeys.test_redemption_to_screen import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.journey


def _redeem_button(page):
    named = page.get_by_role("button", name="兑换", exact=True)
    return named.or_(page.get_by_role("button", name=re.compile("redeem 兑换$"))).first


def _pay_with_cash(page, storefront, folder):
    """Redeem tea, which a campaign makes cheaper, for 40 points and cash, on a phone; pay as a member does."""
    storefront.rows(
        "update mall.program set cash_points = 1, cash_fen = 3, cash_share_max_bp = 8000 returning tenant_id"
    )
    run_campaign(storefront, datetime.now(UTC), price=80, budget=30)
    page.set_viewport_size({"width": 390, "height": 900})
    page.get_by_text("首页推荐").click()
    card = page.get_by_test_id("stColumn").filter(has_text="茶叶礼盒").last
    expect(card).to_contain_text("80 积分")
    card.get_by_role("button", name="查看").click()
    _redeem_button(page).click()
    page.get_by_text("积分 + 现金").click()
    points = page.get_by_role("spinbutton", name="其中用积分")
    points.fill("40")
    points.press("Enter")
    expect(page.get_by_text("冻结 40 积分，另付 1.20 元")).to_be_visible()
    page.screenshot(path=str(folder / "cash.png"), full_page=True)
    page.get_by_role("button", name="确认兑换").click()
    expect(page.get_by_text("请在“我的订单”里付 1.20 元")).to_be_visible()
    page.get_by_role("button", name=re.compile("去付 1.20 元")).click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name=re.compile("打开支付页")).click()
    opened.value.get_by_role("button", name="支付 Pay").click()
    expect(opened.value.get_by_text("已支付 Paid")).to_be_visible()
    deadline = time.monotonic() + 60
    while storefront.rows("select status from mall.payment") != [("captured",)]:
        assert time.monotonic() < deadline, "the sandbox did not tell of the payment"
        time.sleep(0.1)
    page.get_by_role("button", name=re.compile("我已付款")).click()
    expect(page.get_by_text("已付 1.20 元")).to_be_visible()
    page.screenshot(path=str(folder / "paid.png"), full_page=True)


def test_a_member_redeems_and_the_order_is_followed(database_url, data_dir, tmp_path, monkeypatch):
    assert CHROMIUM.exists(), "the journey needs Chromium: apt-get install chromium fonts-noto-cjk"
    with (
        running_storefront(database_url, data_dir, SECRET, keys=tmp_path / "keys") as storefront,
        monkeypatch.context() as environment,
        sync_playwright() as playwright,
    ):
        environment.setenv("POINTMART_SERVING_URL", storefront.serving)
        with running_screens(data_dir, storefront.mall, tmp_path) as screens:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(30_000)
            try:
                page.goto(f"{screens}/storefront")
                page.fill("#tenant_code", "acorn")
                page.fill("#username", "an.ran")
                page.fill("#password", PASSWORD)
                page.click("button[type=submit]")
                expect(page.get_by_text("这名会员有 500 积分可用。")).to_be_visible(timeout=30_000)
                card = page.get_by_test_id("stColumn").filter(has_text="茶叶礼盒").last
                expect(card).to_contain_text("常换好物")
                card.get_by_role("button", name="查看").click()
                expect(page.get_by_text("经常一起兑换")).to_be_visible()
                _redeem_button(page).click()
                expect(page.get_by_text("兑换后剩 400 积分")).to_be_visible()
                assert storefront.available() == 500
                page.get_by_role("button", name="确认兑换").click()
                expect(page.get_by_text("兑换成功：茶叶礼盒，扣 100 积分，剩 400 积分。")).to_be_visible()
                expect(page.get_by_text("这名会员有 400 积分可用。")).to_be_visible()
                assert storefront.available() == 400
                page.get_by_role("button", name=re.compile("记为已发货")).click()
                expect(page.get_by_text("已记录：已发货。")).to_be_visible()
                page.screenshot(path=str(tmp_path / "order.png"), full_page=True)
                _pay_with_cash(page, storefront, tmp_path)
            finally:
                browser.close()
        made = storefront.rows(
            "select status, points from mall.redemption order by redemption_id desc limit 2"
        )
        assert made == [("allocated", 40), ("shipped", 100)]
        contexts = storefront.rows(
            "select distinct context from mall.event where context is not null order by context"
        )
        assert [context for (context,) in contexts] == ["after_redemption", "goes_with", "home"]
