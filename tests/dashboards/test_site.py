"""The whole web process as people meet it: a real server, a real browser, real passwords."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
import duckdb
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect, sync_playwright
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.cli.postgres import EmbeddedPostgres
from tests import literal_release as literal
from tests.dashboards.pdf_text import read_pdf
from tests.databases import fresh_database
from transactional import problem_documents
from transactional.clock import system_clock
from transactional.database import open_pools
from transactional.sessions.domain import SessionSigner
from transactional.sessions.operations import LoginDesk, create_login
from transactional.sessions.routes import router
from transactional.tenants.operations import NewTenant, create_tenant

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROOT = Path(__file__).parents[2]
SECRET = "a secret of the site's tests"
START_SECONDS = 60

MakeToken = Callable[..., str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        assert time.monotonic() < deadline, f"{what} did not start within {START_SECONDS} s"
        time.sleep(0.05)


@contextmanager
def running_mall(database_url: str) -> Iterator[str]:
    """Serve the sessions route in a thread and yield its URL."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_pools(database_url) as pools:
            app.state.login_desk = LoginDesk(pools.api, SessionSigner(SECRET, system_clock))
            yield

    app = FastAPI(lifespan=lifespan)
    problem_documents.install(app)
    app.include_router(router)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, "the sessions route")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def running_screens(data_dir: Path, mall: str, folder: Path) -> Iterator[str]:
    """Serve the screens in a process of their own, from another current folder, and yield their URL."""
    port = free_port()
    settings = {
        "POINTMART_DATA_DIR": str(data_dir),
        "POINTMART_SESSION_SECRET": SECRET,
        "POINTMART_TRANSACTIONAL_URL": mall,
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "dashboards.app:from_environment"]
    with (folder / "screens.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--no-access-log"],
            cwd=folder,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (folder / "screens.log").read_text()
        try:
            return httpx.get(f"{url}/health", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(answers, "the screens")
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def releases_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "releases"
    literal.publish(folder, literal.RELEASE_ID)
    return folder


@pytest.fixture(scope="module")
def site(
    postgres_server: EmbeddedPostgres,
    template_database: str,
    releases_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The URL of the screens, with a release and one login at acorn."""

    async def fill(database_url: str) -> None:
        owner = await asyncpg.connect(database_url)
        tenant_id = await create_tenant(owner, NewTenant("acorn", literal.ACORN_NAME, "bank"))
        # The literal release knows the tenant by an id of its own.
        await owner.execute("delete from mall.program")
        await owner.execute("delete from mall.account")
        await owner.execute(
            "update mall.tenant set tenant_id = $1 where tenant_id = $2", literal.ACORN, tenant_id
        )
        await create_login(
            owner,
            tenant_id=literal.ACORN,
            username="li.na",
            password="correct horse",
            role="enterprise_viewer",
        )
        await owner.close()

    with fresh_database(postgres_server, template_database, "test_of_the_site") as database_url:
        asyncio.run(fill(database_url))
        with (
            running_mall(database_url) as mall,
            running_screens(releases_dir.parent, mall, tmp_path_factory.mktemp("elsewhere")) as url,
        ):
            yield url


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    # After the site: Playwright keeps an event loop running, in which the site could not be filled.
    assert CHROMIUM.exists(), (
        f"{CHROMIUM} is missing: install the Debian packages chromium and fonts-noto-cjk"
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site, viewport={"width": 390, "height": 844})
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    opened = context.new_page()
    yield opened
    context.close()


def log_in(page: Page, password: str = "correct horse", view: str = "/") -> None:
    page.goto(view)
    page.get_by_label("企业代码").fill("acorn")
    page.get_by_label("用户名").fill("li.na")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_a_person_logs_in_sees_the_figures_and_takes_them_home(page: Page, site: str, tmp_path: Path) -> None:
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((site, site.replace("http", "ws"), "data:", "blob:"))
            else elsewhere.append(request.url)
        ),
    )  # fmt: skip

    log_in(page, "wrong horse")
    expect(page.get_by_role("alert")).to_have_text(
        "企业代码、用户名或密码不正确，请核对后重试；连续输错 5 次后，要等 15 分钟。"
    )

    log_in(page)
    expect(page.get_by_test_id("stMetric").first).to_contain_text("40.0%")
    expect(page.get_by_role("heading", level=3).first).to_contain_text("月活跃率 40.0%，达到目标 30%")
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    # The table can be searched, but has no download of its own beside ours.
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_role("button", name="搜索")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator('[aria-label^="Download as CSV"]').count() == 1
    expect(page.locator('[aria-label^="Download as CSV"]')).to_be_hidden()

    with page.expect_download() as download:
        page.get_by_role("button", name="下载 Excel").click()
    download.value.save_as(tmp_path / "rows.xlsx")
    rows = list(load_workbook(tmp_path / "rows.xlsx").active.iter_rows(values_only=True))
    assert rows[0][:4] == ("月份", "指标", "数值", "目标")
    assert rows[1] == (datetime(2026, 3, 1), "月活跃率", 0.4, 0.3, None, None, 48, 120)

    # The report is made when it is asked for, which may take a while on a busy machine.
    with page.expect_download(timeout=120_000) as download:
        page.get_by_role("button", name="下载 PDF 月报（2026年3月）").click()
    download.value.save_as(tmp_path / "report.pdf")
    assert "月活跃率40.0%，达到目标30%" in read_pdf((tmp_path / "report.pdf").read_bytes()).text

    page.get_by_role("radio", name="English").or_(page.get_by_text("English", exact=True)).first.click()
    expect(page.get_by_role("heading", name="Enterprise overview")).to_be_visible()
    # What was chosen before is told in the other language too, and so is what Streamlit says itself.
    expect(page.get_by_role("combobox", name="To")).to_have_value("Mar 2026")
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_role("button", name="Search")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.url.endswith("/?lang=en")

    # A long name takes a second line beside its help instead of ending in dots.
    name = page.get_by_test_id("stMetricLabel").filter(has_text="Cumulative").locator("p")
    assert name.evaluate("element => getComputedStyle(element).whiteSpace") == "normal"

    page.get_by_role("link", name="Log out").click()
    expect(page.get_by_label("企业代码")).to_be_visible()
    # A view that was sent to somebody opens once they are in.
    log_in(page, view="/planner?level=item")
    expect(page.get_by_role("heading", name="节日备货")).to_be_visible()
    assert page.url.endswith("/planner?level=item")

    page.goto("/enterprise")
    expect(page.get_by_role("heading", name="企业概览")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert elsewhere == []


def test_a_failing_page_tells_what_to_do_and_no_stack_trace(
    page: Page, site: str, releases_dir: Path, make_token: MakeToken
) -> None:
    def tear(marts: duckdb.DuckDBPyConnection) -> None:
        marts.execute("alter table marts.fct_kpis_monthly drop column low")

    literal.publish(releases_dir, "torn", tear)
    cookie = {"name": "pointmart_session", "value": make_token(secret=SECRET), "url": site}
    page.context.add_cookies([cookie])
    try:
        page.goto("/")
        expect(page.get_by_test_id("stAlert")).to_contain_text("当前数据版本无法读取。")
        text = page.get_by_test_id("stMain").inner_text()
    finally:
        literal.switch(releases_dir, literal.RELEASE_ID)

    assert "low" not in text
    assert "Error" not in text


@pytest.mark.parametrize(
    "path",
    ["/", "/planner", "/models", "/static/js/any.js", "/media/any.xlsx", "/_stcore/host-config", "/_stcore/metrics",
     "/_stcore/upload_file/a/b", "/_stcore/health", "/component/any", "/auth/login"],
)  # fmt: skip
def test_nothing_of_the_screens_is_served_to_strangers(site: str, path: str) -> None:
    assert httpx.get(site + path, trust_env=False).status_code == 401


@pytest.mark.parametrize("cookie", ["", "pointmart_session=forged"])
def test_strangers_cannot_talk_to_the_pages(site: str, cookie: str) -> None:
    headers = {"Cookie": cookie} if cookie else {}

    with (
        pytest.raises(InvalidStatus) as refused,
        connect(site.replace("http", "ws") + "/_stcore/stream", additional_headers=headers, proxy=None),
    ):
        pass

    assert refused.value.response.status_code == 403


def test_a_visitor_can_talk_to_the_pages(site: str, make_token: MakeToken) -> None:
    headers = {"Cookie": f"pointmart_session={make_token(secret=SECRET)}"}

    with connect(
        site.replace("http", "ws") + "/_stcore/stream", additional_headers=headers, origin=site, proxy=None
    ) as stream:
        assert stream.protocol.state.name == "OPEN"


def test_what_is_no_request_of_ours_is_a_problem(site: str) -> None:
    headers = {"origin": site, "content-type": "multipart/form-data; boundary=broken"}
    torn = b"--broken\r\nContent-Disposition: form-data\r\n\r\nx"
    with httpx.Client(base_url=site, headers=headers, trust_env=False) as client:
        answers = [client.post("/login", content=torn), client.put("/login", content=b"")]

    assert [answer.status_code for answer in answers] == [400, 405]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:pointmart:problem:unreadable-request"


def test_health_names_the_release_in_use(site: str) -> None:
    answer = httpx.get(f"{site}/health", trust_env=False)

    assert answer.json() == {"status": "ok", "release_id": literal.RELEASE_ID}
