"""A planner logs in, picks a holiday, edits its plan in the table, approves it, and the mall has the orders."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests import literal_release as literal
from tests.dashboards import planning
from tests.journeys.test_redemption_to_screen import ARGUMENTS, CHROMIUM
from tests.ports import free_ports

pytestmark = pytest.mark.journey

SECRET = "a secret of the planner's journey"
ROOT = Path(__file__).parents[2]


@contextmanager
def running_screens(data_dir: Path, mall: str, folder: Path):
    """The screens in a process of their own."""
    (port,) = free_ports(1)
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "dashboards.app:from_environment",
        "--port",
        str(port),
    ]
    settings = {
        "POINTMART_DATA_DIR": str(data_dir), "POINTMART_SESSION_SECRET": SECRET, "POINTMART_TRANSACTIONAL_URL": mall,
        "PYTHONPATH": str(ROOT), "HOME": str(folder),
    }  # fmt: skip
    with (folder / "screens.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | settings, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, (folder / "screens.log").read_text()
            try:
                if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def log_in(page, url: str, username: str, view: str = "/planner") -> None:
    page.goto(f"{url}{view}")
    page.fill("#tenant_code", "acorn")
    page.fill("#username", username)
    page.fill("#password", planning.PASSWORD)
    page.click("button[type=submit]")


def type_quantity(page, pieces: int) -> None:
    """Type into the table as a person does: a double click on the cell beside the first name, a number, Enter."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    canvas = grid.locator("canvas").first.bounding_box()
    # The name is 200 px wide, and the header 35 px high.
    page.mouse.dblclick(canvas["x"] + 250, canvas["y"] + 50)
    field = page.locator("#portal input, #portal textarea").first
    expect(field).to_be_enabled()
    field.fill(str(pieces))
    page.keyboard.press("Enter")


def test_a_planner_edits_and_approves_and_the_mall_has_the_orders(database_url, data_dir, tmp_path):
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()

    def furnish(connection):
        planning.add_planning(connection)
        planning.move_plans(connection, today)

    literal.publish(data_dir / "releases", "journey", furnish)
    assert CHROMIUM.exists(), "the journey needs Chromium: apt-get install chromium fonts-noto-cjk"
    with (
        planning.running_planned_mall(database_url, SECRET, today) as mall,
        running_screens(data_dir, mall.url, tmp_path) as screens,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(30_000)
        try:
            log_in(page, screens, "zhou.min")
            answer = page.get_by_role("heading", level=3).first
            expect(answer).to_contain_text("需订购 1 种商品共 60 件", timeout=30_000)
            page.get_by_role("radio", name=re.compile("端午节")).or_(
                page.get_by_text(re.compile("端午节"))
            ).first.click()
            expect(answer).to_contain_text("无需订购", timeout=30_000)
            page.get_by_role("radio", name=re.compile("劳动节")).or_(
                page.get_by_text(re.compile("劳动节"))
            ).first.click()
            expect(answer).to_contain_text("60 件", timeout=30_000)

            type_quantity(page, 72)
            expect(page.get_by_text("未保存：改动 1 行。")).to_be_visible(timeout=30_000)
            expect(answer).to_contain_text("72 件")
            assert mall.plan()["quantity"] == 60
            page.get_by_role("button", name="保存改动").click()
            expect(page.get_by_text("已保存 1 行")).to_be_visible(timeout=30_000)
            assert mall.plan()["quantity"] == 72

            page.get_by_role("button", name="批准计划").click()
            page.get_by_role("button", name="确认批准").click()
            expect(page.get_by_text("已批准，生成 1 张采购单。")).to_be_visible(timeout=30_000)
            expect(page.get_by_role("heading", name="生成的采购单（1 张）")).to_be_visible()
            page.screenshot(path=str(tmp_path / "approved.png"))

            page.context.clear_cookies()
            first_day = mall.plan()["first_day"]
            log_in(page, screens, "li.na", f"/planner?holiday=labour-day_{first_day}")
            expect(answer).to_contain_text("已批准", timeout=30_000)
            expect(page.get_by_role("button", name="批准计划")).to_have_count(0)
        finally:
            browser.close()
        (order,) = mall.orders()
        assert (order["created_by"], order["status"], order["origin"]) == (
            "zhou.min",
            "proposed",
            "holiday_plan",
        )
        assert [line["quantity"] for line in order["lines"]] == [72]
        assert mall.plan()["purchase_order_ids"] == [order["purchase_order_id"]]
