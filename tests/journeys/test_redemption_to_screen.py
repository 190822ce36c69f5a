"""From a redemption over HTTP to a KPI, a recommendation and a figure on screen, with nothing faked."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import psutil
import pytest
from playwright.sync_api import expect, sync_playwright

from orchestration.cli import postgres
from orchestration.settings import DataFolder
from tests.ports import free_ports
from transactional.access.operations import issue_key
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.sessions.operations import create_login
from transactional.tenants.operations import NewTenant, create_tenant

pytestmark = pytest.mark.journey

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update"]  # fmt: skip
PASSWORD = "correct horse"


@contextmanager
def pointmart_up(environment, ports, options=("--no-scheduler", "--follow", "0")):
    """`pointmart up` in a process of its own, stopped as Ctrl-C does."""
    process = subprocess.Popen(
        [
            sys.executable, "-u", "-m", "orchestration.cli", "up", "--transactional-port", str(ports[0]),
            "--serving-port", str(ports[1]), "--dashboards-port", str(ports[2]), *options,
        ],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def await_answer(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(url, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within a minute")


async def open_mall(url: str) -> tuple[str, dict[str, str]]:
    """A tenant with two offers, a key and a login, as an operator would set it up."""
    owner = await asyncpg.connect(url)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    try:
        tenant_id = await create_tenant(owner, NewTenant("acorn", "橡果集团", "retail", 12))
        items = await add_items(
            owner, [NewItem(name, name, "茶", "physical", "staple") for name in ("龙井茶", "紫砂壶")]
        )
        offers = [
            NewOffer(item, 100 * n, "pickup", long_ago, long_ago) for n, item in enumerate(items.values(), 1)
        ]
        await add_offers(owner, tenant_id=tenant_id, offers=offers)
        receipts = [StockReceipt(item, 50, "opening", long_ago) for item in items.values()]
        await receive_stock(owner, tenant_id=tenant_id, receipts=receipts)
        await create_login(
            owner, tenant_id=tenant_id, username="li.na", password=PASSWORD, role="enterprise_admin"
        )
        key = await issue_key(owner, tenant_id=tenant_id, label="journey")
    finally:
        await owner.close()
    return key, {name: str(item) for name, item in items.items()}


def run_pipeline(environment) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "pipeline", "run"],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_redemption_reaches_the_kpi_the_recommendation_and_the_screen(
    database_url, data_dir, lend_parsed, tmp_path
):
    lend_parsed(DataFolder(data_dir))
    environment = {"POINTMART_DATABASE_URL": database_url, "POINTMART_DATA_DIR": str(data_dir)}
    key, items = asyncio.run(open_mall(database_url))
    ports = free_ports(3)
    mall, serving, screens = (f"http://127.0.0.1:{port}" for port in ports)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with (
        pointmart_up(environment, ports),
        httpx.Client(headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60) as client,
    ):

        def post(path, body, key=None):
            headers = {"Idempotency-Key": key} if key else {}
            answer = client.post(f"{mall}/v1/{path}", json=body, headers=headers)
            assert answer.status_code in (200, 201), answer.text
            return answer.json()

        assert client.get(f"{serving}/v1/kpis/activity_rate").json()["status"] == 503  # no release yet
        members = [post("members", {"external_ref": f"E-{n}"})["member_id"] for n in range(4)]
        for member in members:
            post("points/earn", {"member_id": member, "points": 500, "kind": "grant"}, f"g-{member}")
        line = {"item_id": items["紫砂壶"], "quantity": 2}
        redeemed = post("redemptions", {"member_id": members[0], "lines": [line]}, "r-1")
        post("feedback", {"member_id": members[0], "redemption_id": redeemed["redemption_id"], "score": 5})
        post("events", {"events": [{"member_id": members[1], "kind": "view", "item_id": items["龙井茶"]}]})
        run_pipeline(environment)

        def kpi(metric, grain):
            answer = client.get(
                f"{serving}/v1/kpis/{metric}", params={"grain": grain, "from": today, "to": today}
            )
            row = answer.json()["rows"][-1]
            return row["numerator"], row["denominator"]

        for grain in ("day", "month"):
            assert kpi("consumption_rate", grain) == (400, 2000)
            assert kpi("activity_rate", grain) == (2, 4)
            assert kpi("satisfaction_rate", grain) == (1, 1)

        # One tea is affordable with the hundred points left, the pot is not any more.
        answer = client.get(f"{serving}/v1/recommendations/{members[0]}").json()
        assert [item["name"] for item in answer["items"]] == ["龙井茶"]
        post("points/earn", {"member_id": members[0], "points": 500}, "e-2")
        answer = client.get(f"{serving}/v1/recommendations/{members[0]}").json()
        first = answer["items"][0]
        assert (first["name"], first["stage"]) == ("紫砂壶", "personal")
        assert answer["available_points"] == 600

        see_it_on_screen(screens, tmp_path)


def see_it_on_screen(screens: str, tmp_path: Path) -> None:
    assert CHROMIUM.exists(), "the journey needs Chromium: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(screens)
            page.fill("#tenant_code", "acorn")
            page.fill("#username", "li.na")
            page.fill("#password", PASSWORD)
            page.click("button[type=submit]")
            expect(page.get_by_text("橡果集团").first).to_be_visible(timeout=30_000)
            expect(page.get_by_text(re.compile(r"20\.0\s*%")).first).to_be_visible(timeout=30_000)
            expect(page.get_by_text(re.compile(r"50\.0\s*%")).first).to_be_visible()
            page.screenshot(path=str(tmp_path / "enterprise.png"))
        finally:
            browser.close()


def test_ctrl_c_leaves_nothing_running(data_dir):
    """With the embedded server, as `make demo` and `pointmart up` run it."""
    ports = free_ports(4)
    scheduler = ("--scheduler-port", str(ports[3]))
    with pointmart_up({"POINTMART_DATA_DIR": str(data_dir)}, ports, scheduler) as process:
        await_answer(f"http://127.0.0.1:{ports[3]}/server_info")
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        # The launcher, three services, the scheduler and its pages, and PostgreSQL with its helpers.
        assert len(family) > 8
        health = f"http://127.0.0.1:{ports[0]}/health"
        assert httpx.get(health, trust_env=False).status_code == 200

        # A killed PostgreSQL comes back, and the services find it again.
        os.killpg(postgres.locate(data_dir).running().pid, signal.SIGKILL)
        assert "started again" in process.stdout.readline()
        await_answer(health)
    assert process.returncode == 0
    deadline = time.monotonic() + 10
    while any(p.is_running() for p in family) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [p for p in family if p.is_running()] == []


def test_services_stop_when_their_launcher_is_killed(data_dir):
    ports = free_ports(3)
    with pointmart_up({"POINTMART_DATA_DIR": str(data_dir)}, ports) as process:
        services = [
            child
            for child in psutil.Process(process.pid).children()
            if "orchestration.cli.serve" in " ".join(child.cmdline())
        ]
        assert len(services) == 4
        process.kill()
        _, alive = psutil.wait_procs(services, timeout=15)
        assert alive == []
    # What is left of PostgreSQL is taken over by the next start and stopped with it.
    with pointmart_up({"POINTMART_DATA_DIR": str(data_dir)}, free_ports(3)) as again:
        assert again.poll() is None
    assert again.returncode == 0
