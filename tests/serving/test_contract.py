"""What serving reads of a release is what the warehouse declares; a statement beyond it is our mistake, not an old release."""

from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.warehouse.project import PROJECT_DIR
from serving.contract import CONTRACT, is_kept_by
from serving.release import OlderRelease, open_release
from tests.literal_release import ACORN, RELEASE_ID, publish

Columns = dict[str, dict[str, str]]

KNOWN = "select sum(view_count) from release.marts.fct_item_performance_monthly where tenant_id = ?"
MISTAKEN = "select sum(views) from release.marts.fct_item_performance_monthly where tenant_id = ?"


@pytest.fixture(scope="module")
def declared() -> Columns:
    """Mart → column → type, as the dbt project declares them."""
    files = (PROJECT_DIR / "models" / "marts").rglob("*.yml")
    models = [model for file in files for model in (yaml.safe_load(file.read_text()) or {}).get("models", ())]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in models
    }


def columns_of(connection: duckdb.DuckDBPyConnection) -> Columns:
    found: Columns = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def test_the_warehouse_declares_all_that_serving_reads(declared: Columns) -> None:
    with duckdb.connect() as read, duckdb.connect() as made:
        read.execute(CONTRACT.read_text())
        contract = columns_of(read)
        assert set(contract) <= set(declared)
        for mart in contract:
            made.execute(f"create table {mart} ({', '.join(map(' '.join, declared[mart].items()))})")
        for mart, columns in columns_of(made).items():
            assert contract[mart].items() <= columns.items(), mart


def test_a_statement_is_within_the_contract_or_not() -> None:
    assert is_kept_by(KNOWN, (ACORN,))
    assert not is_kept_by(MISTAKEN, (ACORN,))
    assert not is_kept_by("select 1 from fct_item_performance_monthly", ())
    assert is_kept_by(
        "select code from release.marts.dim_tenant where tenant_id = $tenant", {"tenant": ACORN}
    )


async def test_a_mistake_of_ours_is_none_of_the_releases_even_where_that_is_old(tmp_path: Path) -> None:
    def forget(release: duckdb.DuckDBPyConnection) -> object:
        return release.execute("alter table marts.fct_item_performance_monthly drop column view_count")

    complete = open_release(publish(tmp_path, RELEASE_ID), ())
    old = open_release(publish(tmp_path, "older", forget), ())
    try:
        assert (await complete.rows(KNOWN, ACORN))[0][0] > 0
        with pytest.raises(OlderRelease, match="release older is from before this was told"):
            await old.rows(KNOWN, ACORN)
        for release in (complete, old):
            with pytest.raises(duckdb.BinderException, match="views"):
                await release.rows(MISTAKEN, ACORN)
    finally:
        complete.close()
        old.close()


async def test_a_mistake_of_ours_is_answered_500_and_logged(still, monkeypatch, caplog):
    monkeypatch.setattr("serving.item_performance.routes.rows_of", _mistaken)
    answer = await still.get("/v1/items-to-improve")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:pointmart:problem:unexpected-failure")
    assert 'Referenced column "views" not found' in caplog.text


async def _mistaken(release, *_):
    return await release.rows(MISTAKEN, ACORN)
