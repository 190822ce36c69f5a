"""An administrator plans a campaign in a browser, approves it, and the mall has it; wrong ways lead back."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import literal_release as literal
from tests.dashboards import planning
from tests.dashboards.campaign_world import add_campaign_world
from tests.journeys.test_holiday_plan import SECRET, log_in, running_screens
from tests.journeys.test_redemption_to_screen import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.journey


def fill(page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


def test_an_administrator_plans_and_approves_a_campaign(database_url, data_dir, tmp_path):
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    literal.publish(data_dir / "releases", "journey", add_campaign_world)
    assert CHROMIUM.exists(), "the journey needs Chromium: apt-get install chromium fonts-noto-cjk"
    with (
        planning.running_planned_mall(database_url, SECRET, today) as mall,
        running_screens(data_dir, mall.url, tmp_path) as screens,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        try:
            log_in(page, screens, "an.ran", "/?lang=en")
            expect(page.get_by_role("heading", name="Enterprise overview")).to_be_visible()
            # Nothing is folded into a number, and a menu opens to its pages.
            menus = page.get_by_test_id("stHeader")
            expect(menus.get_by_text(re.compile(r"\d+ more"))).to_have_count(0)
            menus.get_by_text("Business", exact=True).click()
            page.get_by_role("menuitem", name=re.compile("Campaigns and pilot")).click()
            expect(page.get_by_role("heading", name="Campaigns and pilot")).to_be_visible()

            page.get_by_text("Plan and budgets", exact=True).click()
            expect(page.get_by_text("The Chinese name is missing")).to_be_visible()
            fill(page, "Chinese name", "春日兑换节")
            fill(page, "English name", "Spring festival of redeeming")
            expect(page.get_by_text("A festival multiplies earned points or lowers prices.")).to_be_visible()
            fill(page, "Points earned times", "1.5")
            expect(page.get_by_text("Tell the budget")).to_be_visible()
            fill(page, "Budget (points)", "1000")
            expect(
                page.get_by_text("2 members would have got 556 points, worth about ¥4.45.")
            ).to_be_visible()
            page.get_by_role("button", name="Hand in for approval").click()
            expect(page.get_by_text("is handed in and waits for approval")).to_be_visible()

            card = page.locator('[class*="st-key-campaign_card_"]')
            card.get_by_role("button", name="Edit", exact=True).click()
            budget = card.get_by_label("Budget (points)", exact=True)
            expect(budget).to_have_value("1000")
            budget.fill("2000")
            budget.press("Tab")
            card.get_by_role("button", name="Save", exact=True).click()
            expect(page.get_by_text("is edited and waits for approval")).to_be_visible()

            # What the run before showed stands beside the news until this one is done.
            approve = page.get_by_role("button", name="Approve", exact=True)
            expect(approve).to_have_count(1)
            approve.click()
            page.get_by_role("button", name="Yes, approve").click()
            expect(page.get_by_text("is approved and begins by itself")).to_be_visible()
            (campaign,) = mall.client.get("/v1/campaigns").json()["campaigns"]
            assert (campaign["status"], campaign["approved_by"]) == ("approved", "an.ran")
            expect(page.get_by_text("0 of 2,000 points of the budget used (0.0%)").first).to_be_visible()

            # A page of another role, and an address without a page, say so and lead back.
            page.goto(f"{screens}/books?lang=en")
            expect(page.get_by_role("heading", name="Not a page of your role")).to_be_visible()
            expect(page.get_by_role("dialog")).to_have_count(0)
            page.goto(f"{screens}/campains?lang=en")
            expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()
            page.get_by_role("link", name="Go to the first page").click()
            expect(page.get_by_role("heading", name="Enterprise overview")).to_be_visible()

            # On a phone the same menus stand behind one button.
            page.set_viewport_size({"width": 390, "height": 844})
            page.get_by_test_id("stExpandSidebarButton").click()
            expect(page.get_by_test_id("stSidebarNav").get_by_text("Supply", exact=True)).to_be_visible()
            assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        finally:
            browser.close()
