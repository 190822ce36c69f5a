"""A database that a whole module shares, dbt's project parsed once, and the warnings this folder cannot answer for."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from orchestration.cli.postgres import EmbeddedPostgres
from orchestration.settings import DataFolder
from orchestration.warehouse.project import Project, parse
from tests.databases import fresh_database


def pytest_configure(config: pytest.Config) -> None:
    # dagster-dbt imports sqlglot, which imports an accelerator that calls itself deprecated.
    config.addinivalue_line("filterwarnings", "ignore:sqlglotrs is deprecated:DeprecationWarning")


@pytest.fixture(scope="module")
def module_database_url(
    postgres_server: EmbeddedPostgres, template_database: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a migrated database of one test module: a pipeline run is too slow for one per test."""
    name = request.module.__name__.rsplit(".", 1)[-1]
    with fresh_database(postgres_server, template_database, name) as url:
        yield url


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The dbt project, parsed once for all tests; `project.over(folder)` is the same over a folder of their own."""
    folder = DataFolder(tmp_path_factory.mktemp("parsed"))
    folder.create()
    return parse(folder)


@pytest.fixture(scope="session")
def lend_parsed(project: Project) -> Callable[[DataFolder], None]:
    """Give what dbt has parsed to a data folder, so that a pipeline which parses there finds it done."""

    def lend(folder: DataFolder) -> None:
        shutil.copytree(project.folder.dbt_target, folder.dbt_target, dirs_exist_ok=True)

    return lend
