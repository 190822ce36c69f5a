"""Each role sees its own pages and no other, whatever the address says."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from dashboards import navigation
from dashboards.first_page import FirstPage
from dashboards.roles import OPERATIONS, PLATFORM, RISK, sees
from dashboards.visitor import COOKIE
from tests import literal_release as literal
from tests.dashboards.conftest import MakeToken

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")

ENTERPRISE = (
    "enterprise", "points", "items", "members", "service", "campaigns", "fees", "planner", "stock", "quality", "models", "data_health", "storefront",
)  # fmt: skip
ALL = {*ENTERPRISE, *OPERATIONS, *RISK, *PLATFORM}
MINE = {
    "enterprise_viewer": {*ENTERPRISE},
    "planner": {*ENTERPRISE},
    "enterprise_admin": {*ENTERPRISE, *OPERATIONS, *RISK},
    "operator": {*OPERATIONS, "items", "stock", "data_health"},
    "risk_analyst": {*RISK, "data_health"},
    "platform_admin": {*PLATFORM, "data_health"},
    "somebody": set(),
}


@pytest.mark.parametrize("role", MINE)
def test_a_role_sees_its_pages_and_no_other(role: str) -> None:
    assert {page for page in [*ALL, "", "account", "nowhere"] if sees(role, page)} == MINE[role]


def test_every_page_there_is_has_been_given_to_somebody() -> None:
    pages = Path(navigation.__file__).with_name("app_pages").glob("[!_]*.py")
    assert {page.stem for page in pages} == ALL


@pytest.mark.parametrize(
    ("role", "page", "shown"),
    [
        ("enterprise_viewer", "orders", "企业概览"),
        ("planner", "risk_reviews", "企业概览"),
        ("enterprise_admin", "books", "企业概览"),
        ("operator", "risk_links", "订单时效"),
        ("operator", "enterprise", "订单时效"),
        ("operator", "books", "订单时效"),
        ("risk_analyst", "after_sales", "风控审核"),
        ("risk_analyst", "members", "风控审核"),
        ("platform_admin", "points", "企业入驻"),
        ("platform_admin", "orders", "企业入驻"),
    ],
)
def test_a_page_of_another_role_is_not_run_whatever_the_address(
    open_page: OpenPage, make_token: MakeToken, role: str, page: str, shown: str
) -> None:
    app = open_page(page, token=make_token(literal.ACORN, role=role))

    assert not app.exception
    assert [title.value for title in app.title] == [shown]


def test_a_role_nobody_knows_sees_nothing(open_page: OpenPage, make_token: MakeToken) -> None:
    app = open_page("enterprise", token=make_token(role="somebody"))

    assert not app.exception
    assert "你的角色没有可以查看的页面" in app.error[0].value
    assert not app.title
    assert not app.dataframe


@pytest.mark.parametrize("page", ["service", "campaigns", "fees"])
@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("operator", "订单时效"),
        ("risk_analyst", "风控审核"),
        ("platform_admin", "企业入驻"),
        ("somebody", None),
    ],
)
def test_no_other_role_reaches_what_an_enterprise_is_told(
    open_page: OpenPage, make_token: MakeToken, role: str, shown: str | None, page: str
) -> None:
    query = {"role": "enterprise_admin", "tenant": "acorn"}
    app = open_page(page, query, token=make_token(literal.ACORN, role=role), state={"role": "planner"})

    assert not app.exception
    assert [title.value for title in app.title] == ([shown] if shown else [])


@pytest.mark.parametrize("page", ["service", "campaigns", "fees"])
def test_a_cookie_that_somebody_else_signed_leads_nowhere(
    open_page: OpenPage, make_token: MakeToken, page: str
) -> None:
    for forged in ({"secret": "another secret of somebody"}, {"salt": "another.salt"}, {"age": 43_201}):
        app = open_page(page, token=make_token(role="enterprise_admin", **forged))
        assert not app.title
        assert not app.dataframe


@pytest.mark.parametrize("page", [*OPERATIONS, *RISK, *PLATFORM])
def test_a_page_that_is_run_all_the_same_shows_nothing(
    open_page: OpenPage, make_token: MakeToken, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    # As if the navigation had let it through.
    monkeypatch.setattr(navigation, "sees", lambda role, name: True)
    app = open_page(page, token=make_token(role="planner"))

    assert "你的角色看不到这个页面" in app.error[0].value
    assert not app.title
    assert not app.dataframe


@pytest.mark.parametrize("page", ["service", "campaigns", "fees"])
def test_a_page_of_an_enterprise_that_is_run_all_the_same_shows_nothing(
    open_page: OpenPage, make_token: MakeToken, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(navigation, "sees", lambda role, name: True)
    app = open_page(page, token=make_token(role="risk_analyst"))

    assert "你的角色看不到这个页面" in app.error[0].value
    assert not app.title
    assert not app.dataframe


@pytest.mark.parametrize("role", ["operator", "risk_analyst", "platform_admin"])
def test_a_page_beside_the_desks_leads_to_no_page_of_another_role(
    open_page: OpenPage, make_token: MakeToken, role: str
) -> None:
    app = open_page("data_health", token=make_token(role=role))

    assert not app.exception
    assert app.title[0].value == "数据健康"


@pytest.mark.parametrize(
    ("role", "path", "leads"),
    [
        ("enterprise_viewer", "/enterprise?lang=en", "/?lang=en"),
        ("operator", "/orders", "/"),
        ("risk_analyst", "/risk_reviews", "/"),
        ("platform_admin", "/tenants?tenant=acorn", "/?tenant=acorn"),
        ("operator", "/after_sales", None),
        ("enterprise_admin", "/orders", None),
        ("somebody", "/enterprise", None),
    ],
)
def test_the_first_page_of_a_role_is_found_under_its_name(
    make_token: MakeToken, secret: str, role: str, path: str, leads: str | None
) -> None:
    app = FirstPage(PlainTextResponse("passed on"), secret=secret)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        cookies = {COOKIE: make_token(role=role)}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://screens", cookies=cookies
        ) as client:
            return await client.get(path)

    answer = asyncio.run(ask())

    assert answer.headers.get("location") == leads
    assert (answer.text == "passed on") == (leads is None)
