"""A database that a whole module shares, and the warnings this folder cannot answer for."""

from collections.abc import Iterator

import pytest

from orchestration.cli.postgres import EmbeddedPostgres
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
