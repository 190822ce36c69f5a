"""A person in a headless browser: logs in, and opens pages until everything on them is there."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Error, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLong

from orchestration.refusal import Refusal

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_PATIENCE_MS = 60_000
_QUIET_MS = 100
# Streamlit tells on its outermost element whether a page's script still runs, and marks what is not redrawn yet.
_IS_THERE = f"""
() => {{
    const app = document.querySelector('[data-testid="stApp"]');
    const isThere = app && app.dataset.testScriptState === 'notRunning'
        && document.querySelector('[data-testid="stMainBlockContainer"] h3, [data-testid="stAlert"]')
        && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]');
    if (!isThere) {{ window.thereSince = null; return false; }}
    window.thereSince ??= performance.now();
    return performance.now() - window.thereSince >= {_QUIET_MS};
}}
"""


class NoBrowser(Refusal):
    """No Chromium is installed, so nobody can open a page."""


class PageDidNotOpen(Refusal):
    """A page was not complete after a minute, or could not be opened at all."""


@dataclass
class Opened:
    """How long a page took to open, each time, in milliseconds.

    Attributes:
        exceptions: how often it showed that something went wrong.
    """

    first_ms: float = 0.0
    again_ms: list[float] = field(default_factory=list)
    exceptions: int = 0


class Visit:
    """What one person does in a browser of its own."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url

    def log_in(self, tenant_code: str, username: str, password: str) -> None:
        """Log in and wait for the first page.

        Raises:
            PageDidNotOpen: no page came after the login.
        """
        page = self._page
        page.goto(f"{self._url}/login")
        for name, value in (("tenant_code", tenant_code), ("username", username), ("password", password)):
            page.fill(f"#{name}", value)
        page.click("button[type=submit]")
        self._wait("the first page")

    def open(self, path: str, opened: Opened, *, is_first: bool) -> None:
        """Open a page by its address, note how long that took, and whether it is whole.

        Raises:
            PageDidNotOpen: it is not there after a minute.
        """
        began = time.perf_counter()
        self._page.goto(f"{self._url}{path}", wait_until="commit")
        self._wait(path)
        took = (time.perf_counter() - began) * 1_000 - _QUIET_MS
        if is_first:
            opened.first_ms = took
        else:
            opened.again_ms.append(took)
        opened.exceptions += self._page.locator('[data-testid="stException"]').count()

    def _wait(self, what: str) -> None:
        try:
            self._page.wait_for_function(_IS_THERE, polling=20, timeout=_PATIENCE_MS)
        except TooLong as error:
            raise PageDidNotOpen(f"{what} was not complete after {_PATIENCE_MS // 1_000} s") from error


@contextmanager
def visiting(url: str) -> Iterator[Visit]:
    """Give a person in front of a browser for the block.

    Raises:
        NoBrowser: none is installed.
        PageDidNotOpen: the browser broke down.
    """
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise NoBrowser("pages are opened in Chromium; on Debian install chromium and fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            page.set_default_timeout(_PATIENCE_MS)
            yield Visit(page, url)
        except Error as error:
            raise PageDidNotOpen(f"the browser says: {error.message.splitlines()[0]}") from error
        finally:
            browser.close()
