"""Visitors with signed cookies, and the screens run as scripts."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
import streamlit as st
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from streamlit.runtime import context
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal

SECRET = "a secret of these tests"
ENTRY = Path(__file__).parents[2] / "dashboards" / "streamlit_app.py"

MakeToken = Callable[..., str]
OpenPage = Callable[..., AppTest]


@pytest.fixture
def secret() -> str:
    return SECRET


@pytest.fixture
def make_token() -> MakeToken:
    """Sign a visitor of a tenant (acorn's), `age` seconds ago."""

    def make(
        tenant_id: UUID = literal.ACORN,
        *,
        age: int = 0,
        secret: str = SECRET,
        salt: str = "pointmart.session",
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
            "role": "enterprise_viewer",
        }
        return str(URLSafeTimedSerializer(secret, salt=salt, signer=OlderSigner).dumps(claims))

    return make


@pytest.fixture
def open_page(data_dir: Path, make_token: MakeToken, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
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
    ) -> AppTest:
        cookies["pointmart_session"] = token if token is not None else make_token(tenant_id)
        app = AppTest.from_file(ENTRY, default_timeout=30)
        app.secrets["pointmart"] = {"releases_dir": str(data_dir / "releases"), "session_secret": SECRET}
        app.switch_page(f"app_pages/{page}.py")
        app.query_params.update(query or {})
        return app.run()

    return opened
