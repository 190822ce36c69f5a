"""The gate around an application that answers everybody."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboards.gate import SessionGate
from dashboards.visitor import read_visitor
from tests import literal_release as literal

MakeToken = Callable[..., str]
OWN = "http://screens"

FORGED: dict[str, Callable[[MakeToken], str | None]] = {
    "missing": lambda make: None,
    "empty": lambda make: "",
    "no token": lambda make: "eyJ0ZW5hbnRfaWQiOiJ4In0",
    "another secret": lambda make: make(secret="another secret"),
    "another purpose": lambda make: make(salt="pointmart.api"),
    "changed": lambda make: "A" + make()[1:],
    "too old": lambda make: make(age=43_201),
}


@pytest.fixture
def gate(secret: str) -> SessionGate:
    async def greet(_: object) -> PlainTextResponse:
        return PlainTextResponse("inside")

    async def talk(socket: WebSocket) -> None:
        await socket.accept()

    inside = Starlette(
        routes=[
            WebSocketRoute("/_stcore/stream", talk),
            Route("/{path:path}", greet, methods=["GET", "POST", "PUT"]),
        ]
    )
    return SessionGate(inside, secret=secret, open_paths=("/login",))


@pytest.fixture
def client(gate: SessionGate) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url=OWN)


@pytest.fixture(params=FORGED.values(), ids=FORGED.keys())
def forged(request: pytest.FixtureRequest, make_token: MakeToken) -> Iterator[str | None]:
    return request.param(make_token)


async def handshake(gate: SessionGate, token: str | None, origin: str = OWN) -> dict[str, Any]:
    """Return the gate's or the application's answer to a WebSocket handshake."""
    headers = [(b"host", b"screens"), (b"origin", origin.encode())]
    if token is not None:
        headers.append((b"cookie", f"pointmart_session={token}".encode()))
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers, "query_string": b""}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await gate(scope, receive, send)
    return sent[0]


def cookie(token: str | None) -> dict[str, str]:
    return {} if token is None else {"cookie": f"pointmart_session={token}"}


async def test_a_stranger_is_sent_to_the_login(client: httpx.AsyncClient, forged: str | None) -> None:
    html = cookie(forged) | {"accept": "text/html,*/*"}
    answer = await client.get("/", headers=html)
    view = await client.get("/planner?level=item&item=茶", headers=html)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert view.headers["location"] == "/login?next=%2Fplanner%3Flevel%3Ditem%26item%3D%25E8%258C%25B6"


async def test_a_strangers_program_gets_a_problem(client: httpx.AsyncClient, forged: str | None) -> None:
    answer = await client.get("/_stcore/health", headers=cookie(forged))

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pointmart:problem:not-logged-in"


async def test_a_stranger_opens_no_websocket(gate: SessionGate, forged: str | None) -> None:
    answer = await handshake(gate, forged)

    assert (answer["type"], answer["code"]) == ("websocket.close", 4401)


async def test_a_visitor_is_let_in(
    client: httpx.AsyncClient, gate: SessionGate, make_token: MakeToken
) -> None:
    token = make_token(age=43_000)

    assert (await client.get("/planner", headers=cookie(token))).text == "inside"
    assert (await handshake(gate, token))["type"] == "websocket.accept"


async def test_anybody_may_see_the_login(client: httpx.AsyncClient) -> None:
    assert (await client.get("/login")).text == "inside"


@pytest.mark.parametrize("path", ["/login/", "/loginx", "//login", "/LOGIN", "/login%00", "/planner/login"])
async def test_what_looks_like_the_login_is_not_open(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(OWN + path)).status_code == 401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://screens.evil.example", None])
async def test_another_site_changes_nothing_with_a_visitors_cookie(
    client: httpx.AsyncClient, make_token: MakeToken, origin: str | None
) -> None:
    headers = cookie(make_token()) | ({} if origin is None else {"origin": origin})

    assert (await client.post("/_stcore/upload_file/x", headers=headers)).status_code == 403
    assert (await client.post("/login", headers=headers)).status_code == 403


async def test_our_own_pages_may_change_things(client: httpx.AsyncClient, make_token: MakeToken) -> None:
    answer = await client.put("/_stcore/upload_file/x", headers=cookie(make_token()) | {"origin": OWN})

    assert answer.text == "inside"


async def test_another_site_opens_no_websocket_with_a_visitors_cookie(
    gate: SessionGate, make_token: MakeToken
) -> None:
    assert (await handshake(gate, make_token(), "http://evil.example"))["type"] == "websocket.close"


async def test_no_page_may_be_framed_by_another_site(client: httpx.AsyncClient) -> None:
    answer = await client.get("/login")

    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"


def test_the_tenant_is_the_one_that_was_signed(make_token: MakeToken, secret: str) -> None:
    read = read_visitor({"pointmart_session": make_token(literal.BIRCH)}, secret)

    assert (read.tenant_id, read.tenant_name) == (literal.BIRCH, "Birch Retail")
