"""The web process of the screens: the login, the gate and Streamlit behind it, on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from streamlit.starlette import App as StreamlitApp

from dashboards.account import Account
from dashboards.failure import show_failure
from dashboards.first_page import FirstPage
from dashboards.gate import SessionGate
from dashboards.house_style import configure_streamlit
from dashboards.login import Login, log_out
from dashboards.login_oidc import begin_oidc, end_oidc
from dashboards.problems import on_defect, on_http_error
from dashboards.release import NoRelease, current_release
from dashboards.settings import DashboardSettings

_ENTRY = Path(__file__).with_name("streamlit_app.py")
_OPEN_PATHS = ("/login", "/login/oidc", "/login/oidc/callback", "/logout", "/health")
# A password check takes 0.1 s; a person waits this long at most for a service that hangs.
_LOGIN_TIMEOUT_SECONDS = 5.0


def create_app(settings: DashboardSettings) -> Starlette:
    """Build the application. One per process: Streamlit's runtime is a singleton."""
    configure_streamlit()
    screens = StreamlitApp(
        _ENTRY,
        # How the pages, which Streamlit runs as scripts, get their settings.
        secrets={
            "pointmart": {
                "releases_dir": str(settings.releases_dir),
                "session_secret": settings.session_secret.get_secret_value(),
                "transactional_url": str(settings.transactional_url),
                "report_font": str(settings.report_font or ""),
                "serving_url": str(settings.serving_url or ""),
            }
        },
        on_script_error=show_failure,
    )
    run_screens = screens.lifespan()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        transactional = httpx.AsyncClient(
            base_url=str(settings.transactional_url), timeout=_LOGIN_TIMEOUT_SECONDS, trust_env=False
        )
        async with transactional, run_screens(app):
            app.state.transactional = transactional
            app.state.session_secret = settings.session_secret.get_secret_value()
            yield

    async def health(_: Request) -> Response:
        try:
            release_id = current_release(settings.releases_dir).release_id
        except NoRelease:
            release_id = None
        return JSONResponse({"status": "ok", "release_id": release_id})

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/login", Login),
            Route("/login/oidc", begin_oidc, methods=["POST"]),
            Route("/login/oidc/callback", end_oidc, methods=["GET"]),
            Route("/account", Account),
            Route("/logout", log_out, methods=["GET"]),
            Mount("/", FirstPage(screens, secret=settings.session_secret.get_secret_value())),
        ],
        middleware=[
            Middleware(
                SessionGate,
                secret=settings.session_secret.get_secret_value(),
                open_paths=_OPEN_PATHS,
            )
        ],
        exception_handlers={HTTPException: on_http_error, Exception: on_defect},
        lifespan=lifespan,
    )


def from_environment() -> Starlette:
    """Build the application from the environment: `uvicorn --factory dashboards.app:from_environment`."""
    return create_app(DashboardSettings())
