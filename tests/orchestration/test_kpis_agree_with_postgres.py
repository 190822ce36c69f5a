"""The KPIs of the warehouse and the same KPIs in plain SQL on PostgreSQL agree to the unit."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import psycopg
import pytest

from orchestration.cli.completejourney.replay import ReplayWindow, replay
from orchestration.cli.completejourney.source import read_mall
from orchestration.cli.postgres import EmbeddedPostgres
from orchestration.landing.land import land
from orchestration.settings import DataFolder
from orchestration.warehouse.build import build
from orchestration.warehouse.project import parse
from tests.orchestration.postgres_kpis import QUERIES, SHELF, SHELF_INDEX, query
from tests.small_world import insert_small_world

MARTS = {"day": ("fct_kpis_daily", "date"), "month": ("fct_kpis_monthly", "month")}


@contextmanager
def fresh_database(server: EmbeddedPostgres, template: str, name: str) -> Iterator[str]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    try:
        yield server.url(name)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")


def small_world(url: str) -> None:
    with psycopg.connect(url) as connection:
        insert_small_world(connection)


def replayed_year(url: str) -> None:
    window = ReplayWindow(60, date(2017, 1, 1), date(2017, 12, 31))
    asyncio.run(replay(url, read_mall(), window, lambda done, of: None))


@pytest.fixture(scope="module", params=[small_world, replayed_year], ids=lambda world: world.__name__)
def mall(
    request: pytest.FixtureRequest,
    postgres_server: EmbeddedPostgres,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """The URL of a filled mall, and the warehouse that was built of it."""
    with fresh_database(postgres_server, template_database, f"kpis_{request.param.__name__}") as url:
        request.param(url)
        folder = DataFolder(tmp_path_factory.mktemp(request.param.__name__))
        folder.create()
        land(folder, url, datetime.now(UTC))
        project = parse(folder)
        predicted = project.descendants(
            id_ for id_ in project.manifest["sources"] if id_.split(".")[2] == "ml"
        )
        outcome = build(project, [node for node in project.nodes() if node not in predicted])
        assert outcome.refusal is None
        yield url, folder.warehouse


@pytest.mark.parametrize("unit", MARTS)
def test_every_kpi_of_every_period_agrees_with_plain_sql(mall: tuple[str, Path], unit: str) -> None:
    url, warehouse = mall
    mart, period = MARTS[unit]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select metric, tenant_id, {period}, numerator, denominator from marts.{mart}"
        ).fetchall()
    built: dict[str, dict[tuple[object, date], tuple[int, int]]] = {}
    for metric, tenant_id, start, numerator, denominator in rows:
        built.setdefault(metric, {})[tenant_id, start] = (numerator, denominator)
    assert built.keys() == QUERIES.keys()
    with psycopg.connect(url) as connection:
        connection.execute(SHELF)
        connection.execute(SHELF_INDEX)
        connection.execute("analyze shelf")
        for metric, found in built.items():
            told = {
                (tenant_id, start): (int(numerator), int(denominator))
                for tenant_id, start, numerator, denominator in connection.execute(query(metric, unit))
            }
            # A period without anything to count has no row in plain SQL.
            differing = {
                key: (counts, told.get(key, (0, 0)))
                for key, counts in found.items()
                if counts != told.get(key, (0, 0))
            }
            assert differing == {}, f"{metric} by {unit}: (warehouse, PostgreSQL)"
            assert told.keys() <= found.keys(), f"{metric} by {unit}: periods that the warehouse lacks"
