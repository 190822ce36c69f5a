"""The service on a real database and the literal release, at a fixed time.

`acorn` is a client on a database and releases of the test alone; `still` one on a database and a release that
no test changes, for tests that only read.
"""

import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from orchestration.cli.postgres import EmbeddedPostgres
from serving.app import create_app
from serving.settings import ServingSettings
from tests.databases import fresh_database
from tests.literal_release import RELEASE_ID, publish
from tests.serving.mall import ACORN_KEY, BIRCH_KEY, NOW, Mall, literal_mall

Serve = Callable[[ServingSettings], AbstractAsyncContextManager[httpx.AsyncClient]]


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    """The service's clock."""
    return SetClock(NOW)


@pytest.fixture(scope="session")
def still_data_dir(tmp_path_factory: pytest.TempPathFactory, still_database_url: str) -> Path:
    """A data folder with the literal release of the database that no test changes, which none changes either."""
    folder = tmp_path_factory.mktemp("still")
    with psycopg.connect(still_database_url) as connection:
        ((snapshot,),) = connection.execute("select pg_current_snapshot()::text").fetchall()
    publish(folder / "releases", RELEASE_ID, snapshot=snapshot)
    return folder


@pytest.fixture(scope="session")
def still_database_url(postgres_server: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    """The URL of a live database with what the literal release has landed, which no test changes."""
    with fresh_database(postgres_server, template_database, "still_mall") as url:
        with literal_mall(url):
            pass
        yield url


@pytest.fixture
def mall(database_url: str) -> Iterator[Mall]:
    """The live database, holding what the release has landed."""
    with literal_mall(database_url) as mall:
        yield mall


@pytest.fixture
def releases(data_dir: Path, still_data_dir: Path, mall: Mall) -> Path:
    """The literal release, landed when the live database held what it holds at the start of the test."""
    folder = data_dir / "releases"
    shutil.copytree(still_data_dir / "releases", folder, symlinks=True)
    manifest_file = folder / RELEASE_ID / "manifest.json"
    manifest = json.loads(manifest_file.read_text())
    manifest["landing"]["snapshot"] = mall.snapshot()
    manifest_file.write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def settings(database_url: str, data_dir: Path) -> ServingSettings:
    """Settings that check keys and stocks anew on every request, and draw nothing by chance."""
    return ServingSettings(
        database_url=database_url,
        data_dir=data_dir,
        key_fresh_seconds=0,
        shop_fresh_seconds=0,
        serving_exploration_share=0,
    )


@pytest.fixture
def serve(clock: SetClock) -> Serve:
    """Run the service with given settings; its clients send acorn's key."""

    @asynccontextmanager
    async def run(settings: ServingSettings) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(settings, clock=clock)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://serving") as client,
        ):
            client.headers["Authorization"] = f"Bearer {ACORN_KEY}"
            yield client

    return run


@pytest.fixture
async def acorn(releases: Path, settings: ServingSettings, serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    """A client with acorn's key, on a database and releases of this test alone."""
    async with serve(settings) as client:
        yield client


@pytest.fixture
async def still(
    still_data_dir: Path, still_database_url: str, serve: Serve
) -> AsyncIterator[httpx.AsyncClient]:
    """A client with acorn's key, on a database and a release that no test changes."""
    settings = ServingSettings(database_url=still_database_url, data_dir=still_data_dir)
    async with serve(settings) as client:
        yield client


@pytest.fixture
def as_birch() -> dict[str, str]:
    """Headers with birch's key."""
    return {"Authorization": f"Bearer {BIRCH_KEY}"}
