"""One embedded PostgreSQL for the whole run; a fresh migrated database for each test that asks."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import psycopg
import pytest
from argon2 import PasswordHasher
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from orchestration.cli import postgres
from tests.clean_databases import CleanDatabases
from transactional.migrate import migrate
from transactional.sessions import operations

pytest_plugins = ["tests.literal_release", "tests.parsed_project"]

# Tests of whole pipelines take minutes a file. They go first, so that no worker is left alone with one at the end.
_SLOW = ("tests/orchestration", "tests/journeys", "tests/dbt_project")


# Files that share fixtures which take a minute to make; each worker would make its own.
_TOGETHER = ("tests/dbt_project/",)


class _ByFile(LoadFileScheduling):
    """Gives whole files to a worker, and those that belong together to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        return next(
            (folder for folder in _TOGETHER if nodeid.startswith(folder)), super()._split_scope(nodeid)
        )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile | None:
    """Distribute whole files where that is asked for."""
    return _ByFile(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow folders first, in whatever order their files and tests were shuffled into."""
    items.sort(key=lambda item: not item.nodeid.startswith(_SLOW))


@pytest.fixture(scope="session", autouse=True)
def weak_hashes() -> Iterator[None]:
    """Passwords hashed with the least work: with argon2's usual one each takes a seventh of a second of a processor."""
    weak = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "PasswordHasher", weak)
        yield


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[postgres.EmbeddedPostgres]:
    """A real PostgreSQL server of this test run, which does not wait for the disk: it need not outlive the machine."""
    # Databases come and go with the tests, and the server looks through all its buffers for each.
    with postgres.running(tmp_path_factory.mktemp("server"), buffers_mb=64) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"alter system set {setting} = off")
            connection.execute("select pg_reload_conf()")
        yield server
    # As root the cluster lies outside pytest's folders, which pytest itself cleans up.
    postgres.remove(server)


@pytest.fixture(scope="session")
def template_database(postgres_server: postgres.EmbeddedPostgres) -> str:
    """The name of a migrated database without rows, to copy from."""

    async def make() -> None:
        connection = await asyncpg.connect(postgres_server.url("migrated"))
        try:
            await migrate(connection)
        finally:
            await connection.close()

    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("create database migrated")
    asyncio.run(make())
    return "migrated"


@pytest.fixture(scope="session")
def clean_databases(postgres_server: postgres.EmbeddedPostgres, template_database: str) -> CleanDatabases:
    """Migrated databases without rows, to lend to one test after another."""
    return CleanDatabases(postgres_server, template_database)


@pytest.fixture
def database_url(clean_databases: CleanDatabases) -> Iterator[str]:
    """The URL of a migrated database of this test alone."""
    with clean_databases.lent() as url:
        yield url


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """An empty data folder of this test alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    yield folder
    postgres.remove(postgres.locate(folder))
