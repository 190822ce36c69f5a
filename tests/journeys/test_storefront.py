"""An administrator sees the shop as a member does, redeems an item, follows the order, and sees other recommendations."""

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.dashboards.storefront import PASSWORD, running_storefront
from tests.journeys.test_holiday_plan import SECRET, running_screens
from tests.journeys.test_redemption_to_screen import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.journey


def test_a_member_redeems_and_the_order_is_followed(database_url, data_dir, tmp_path, monkeypatch):
    assert CHROMIUM.exists(), "the journey needs Chromium: apt-get install chromium fonts-noto-cjk"
    with (
        running_storefront(database_url, data_dir, SECRET) as storefront,
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
                page.get_by_role("button", name="兑换", exact=True).or_(
                    page.get_by_role("button", name=re.compile("redeem 兑换$"))
                ).first.click()
                expect(page.get_by_text("兑换后剩 400 积分")).to_be_visible()
                assert storefront.available() == 500
                page.get_by_role("button", name="确认兑换").click()
                expect(page.get_by_text("兑换成功：茶叶礼盒，扣 100 积分，剩 400 积分。")).to_be_visible()
                expect(page.get_by_text("这名会员有 400 积分可用。")).to_be_visible()
                assert storefront.available() == 400
                page.get_by_role("button", name=re.compile("记为已发货")).click()
                expect(page.get_by_text("已记录：已发货。")).to_be_visible()
                page.screenshot(path=str(tmp_path / "order.png"), full_page=True)
            finally:
                browser.close()
        made = storefront.rows("select status, points from mall.redemption order by recorded_at desc limit 1")
        assert made == [("shipped", 100)]
        contexts = storefront.rows(
            "select distinct context from mall.event where context is not null order by context"
        )
        assert [context for (context,) in contexts] == ["after_redemption", "goes_with", "home"]
