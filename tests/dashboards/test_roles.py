"""Each role sees its own pages and no other, whatever the address says."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from dashboards import navigation
from dashboards.first_page import FirstPage
from dashboards.roles import OPERATIONS, PLATFORM, RISK, first_page, sees
from dashboards.visitor import COOKIE
from tests import literal_release as literal
from tests.dashboards.conftest import ENTRY, MakeToken

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")

ENTERPRISE = (
    "enterprise", "points", "items", "members", "campaigns", "fees", "storefront", "planner", "stock", "quality",
    "service", "data_health", "models",
)  # fmt: skip
ALL = {*ENTERPRISE, *OPERATIONS, *RISK, *PLATFORM}
MINE = {
    "enterprise_viewer": {*ENTERPRISE},
    "planner": {*ENTERPRISE},
    "enterprise_admin": {*ENTERPRISE, *OPERATIONS, *RISK, "acts"},
    "operator": {*OPERATIONS, "items", "stock", "data_health"},
    "risk_analyst": {*RISK, "data_health"},
    "platform_admin": {*PLATFORM, "data_health"},
    "somebody": set(),
}


@pytest.mark.parametrize("role", MINE)
def test_a_role_sees_its_pages_and_no_other(role: str) -> None:
    assert {page for page in [*ALL, "", "account", "nowhere"] if sees(role, page)} == MINE[role]


def test_every_page_there_is_has_its_place_and_has_been_given_to_somebody() -> None:
    pages = {page.stem for page in ENTRY.with_name("app_pages").glob("[!_]*.py")}
    # Where an address leads that is for another role, or for nobody.
    assert pages - {"of_another_role"} == ALL == set(navigation.ICONS)
    assert all((ENTRY.parent / navigation.script(page)).is_file() for page in navigation.ICONS)


@pytest.mark.parametrize("role", [role for role in MINE if role != "somebody"])
def test_the_menus_of_a_role_hold_its_pages_once_and_fold_nothing(role: str) -> None:
    menus = navigation.menus(role)
    pages = [page for menu in menus.values() for page in menu]

    assert sorted(pages) == sorted(MINE[role])
    assert pages[0] == first_page(role)
    # What stands side by side: pages without a menu, and menus.
    side_by_side = len(menus.get("", [])) + len(menus) - ("" in menus)
    assert side_by_side <= 6


def test_an_administrator_finds_pages_in_six_places_and_an_operator_without_menus() -> None:
    assert navigation.menus("enterprise_admin") == {
        "": ["enterprise"],
        "business": ["points", "items", "members", "campaigns", "fees", "storefront"],
        "goods": ["planner", "stock", "quality"],
        "operations": ["service", "orders", "after_sales", "suppliers"],
        "risk": ["risk_reviews", "risk_rules", "risk_links"],
        "data": ["data_health", "models", "acts"],
    }
    assert navigation.menus("operator") == {
        "": ["orders", "after_sales", "suppliers", "items", "stock", "data_health"]
    }


@pytest.mark.parametrize(
    ("role", "page", "first"),
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
def test_a_page_of_another_role_is_not_run_but_leads_back(
    open_page: OpenPage, make_token: MakeToken, role: str, page: str, first: str
) -> None:
    app = open_page(page, token=make_token(literal.ACORN, role=role))

    assert not app.exception
    assert [title.value for title in app.title] == ["这个页面不归你的角色"]
    assert "请让管理员更换角色" in app.info[0].value
    assert [link.proto.label for link in app.get("page_link")] == [f"前往「{first}」"]
    assert not app.dataframe


def test_a_role_nobody_knows_sees_nothing(open_page: OpenPage, make_token: MakeToken) -> None:
    app = open_page("enterprise", token=make_token(role="somebody"))

    assert not app.exception
    assert "你的角色没有可以查看的页面" in app.error[0].value
    assert not app.title
    assert not app.dataframe


@pytest.mark.parametrize("page", ["service", "campaigns", "fees"])
@pytest.mark.parametrize("role", ["operator", "risk_analyst", "platform_admin", "somebody"])
def test_no_other_role_reaches_what_an_enterprise_is_told(
    open_page: OpenPage, make_token: MakeToken, role: str, page: str
) -> None:
    query = {"role": "enterprise_admin", "tenant": "acorn"}
    app = open_page(page, query, token=make_token(literal.ACORN, role=role), state={"role": "planner"})

    assert not app.exception
    assert [title.value for title in app.title] == ([] if role == "somebody" else ["这个页面不归你的角色"])
    assert not app.dataframe


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


@pytest.mark.parametrize(
    ("path", "accept", "is_told"),
    [
        ("/nowhere", "text/html,*/*", True),
        ("/points/more", "text/html", True),
        ("/index.html", "text/html", True),
        ("/points", "text/html", False),
        # Of another role: the pages themselves say whose it is not, by the role as it is now.
        ("/books", "text/html", False),
        ("/", "text/html", False),
        ("/static/js/main.js", "text/html", False),
        ("/media/rows.xlsx", "text/html", False),
        ("/favicon.png", "image/png", False),
    ],
)
def test_an_address_without_a_page_is_told(
    make_token: MakeToken, secret: str, path: str, accept: str, is_told: bool
) -> None:
    app = FirstPage(PlainTextResponse("passed on"), secret=secret)

    async def ask(query: str) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        cookies = {COOKIE: make_token(role="enterprise_admin")}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://screens", cookies=cookies
        ) as client:
            return await client.get(path + query, headers={"accept": accept})

    zh, en = asyncio.run(ask("")), asyncio.run(ask("?lang=en"))

    assert [answer.status_code for answer in (zh, en)] == ([404, 404] if is_told else [200, 200])
    assert ("<h1>这里没有页面</h1>" in zh.text, "<h1>There is no page here</h1>" in en.text) == (
        is_told,
        is_told,
    )
    assert (f'href="{path}?lang=en"' in zh.text) == is_told
