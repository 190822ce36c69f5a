"""Visitors with signed cookies, and the screens run as scripts."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
import streamlit as st
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from streamlit.runtime import context
from streamlit.testing.v1 import AppTest

from dashboards import page
from orchestration.cli.postgres import EmbeddedPostgres
from tests import literal_release as literal
from tests.dashboards import campaigns, desks, enterprise, fees, planning, service
from tests.databases import fresh_database

SECRET = "a secret of these tests"
# Nobody listens on port 9 of this machine.
NO_MALL = "http://127.0.0.1:9"
ENTRY = Path(__file__).parents[2] / "dashboards" / "streamlit_app.py"

MakeToken = Callable[..., str]
OpenPage = Callable[..., AppTest]


@pytest.fixture
def secret() -> str:
    return SECRET


@pytest.fixture
def enterprise_release(literal_release: Path) -> Path:
    """The releases folder with what the pages about an enterprise read."""
    literal.publish(literal_release, "enterprise", enterprise.add_enterprise)
    return literal_release


@pytest.fixture
def service_release(literal_release: Path) -> Path:
    """The releases folder with what the page of service reads."""
    literal.publish(literal_release, "service", service.add_service)
    return literal_release


@pytest.fixture
def campaigns_release(literal_release: Path) -> Path:
    """The releases folder with what the page of campaigns reads."""
    literal.publish(literal_release, "campaigns", campaigns.add_campaigns)
    return literal_release


@pytest.fixture
def fees_release(literal_release: Path) -> Path:
    """The releases folder with what the page of fees reads."""
    literal.publish(literal_release, "fees", fees.add_fees)
    return literal_release


@pytest.fixture
def make_token() -> MakeToken:
    """Sign a visitor of a tenant (acorn's), `age` seconds ago."""

    def make(
        tenant_id: UUID = literal.ACORN,
        *,
        age: int = 0,
        secret: str = SECRET,
        salt: str = "pointmart.session",
        role: str = "enterprise_viewer",
    ) -> str:
        class OlderSigner(TimestampSigner):
            def get_timestamp(self) -> int:
                return super().get_timestamp() - age

        tenants = {literal.ACORN: literal.ACORN_NAME, literal.BIRCH: literal.BIRCH_NAME}
        claims = {
            "tenant_id": str(tenant_id),
            "tenant_code": "code",
            "tenant_name": tenants.get(tenant_id, "Cedar"),
            "username": "li.na",
            "role": role,
        }
        return str(URLSafeTimedSerializer(secret, salt=salt, signer=OlderSigner).dumps(claims))

    return make


@pytest.fixture
def open_page(data_dir: Path, make_token: MakeToken, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    """Run the screens for a visitor, with a page and query parameters, on the releases of `data_dir`."""
    # A script run has no browser whose handshake could carry cookies.
    cookies: dict[str, str] = {}
    client = SimpleNamespace(cookies=cookies, headers=[], remote_ip=None)
    monkeypatch.setattr(context, "_get_client_context", lambda: client)
    # A script run makes itself the main module, which processes started later would run again.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    st.cache_data.clear()

    def opened(
        page: str = "enterprise",
        query: dict[str, str] | None = None,
        *,
        tenant_id: UUID = literal.ACORN,
        token: str | None = None,
        mall: str = NO_MALL,
        serving: str = "",
        state: dict[str, object] | None = None,
    ) -> AppTest:
        cookies["pointmart_session"] = token if token is not None else make_token(tenant_id)
        app = AppTest.from_file(ENTRY, default_timeout=30)
        app.secrets["pointmart"] = {
            "releases_dir": str(data_dir / "releases"),
            "session_secret": SECRET,
            "transactional_url": mall,
            "serving_url": serving,
        }
        app.switch_page(f"app_pages/{page}.py")
        app.query_params.update(query or {})
        for name, value in (state or {}).items():
            app.session_state[name] = value
        return app.run()

    yield opened
    # Connections to a mall that is about to go.
    st.cache_resource.clear()


@pytest.fixture
def planning_release(literal_release: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The releases folder with what planners' pages read, looked at on the day after its last facts."""
    monkeypatch.setattr(page, "business_today", lambda: planning.TODAY)
    literal.publish(literal_release, "planning", planning.add_planning)
    return literal_release


@pytest.fixture
def planned_mall(database_url: str) -> Iterator[planning.Mall]:
    """A real mall that has acorn's plan for Labour Day."""
    with planning.running_planned_mall(database_url, SECRET) as mall:
        yield mall


@pytest.fixture
def desks_release(literal_release: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The releases folder with what the desks read, looked at at noon of the day after its last facts."""
    monkeypatch.setattr(page, "business_today", lambda: planning.TODAY)
    monkeypatch.setattr(page, "now", desks.at_noon)
    literal.publish(literal_release, "desks", desks.add_desks)
    return literal_release


@pytest.fixture(scope="module")
def desk_mall(postgres_server: EmbeddedPostgres, template_database: str) -> Iterator[desks.DeskMall]:
    """A real mall whose queues wait for somebody; one for a module, so each test acts on rows of its own."""
    with (
        fresh_database(postgres_server, template_database, "test_of_the_desks") as database_url,
        desks.running_desk_mall(database_url, SECRET) as mall,
    ):
        yield mall
