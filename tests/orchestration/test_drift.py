"""Changed export views are told before anything is landed, and the contract says what is true of the real ones."""

from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
import yaml

from orchestration.landing.batches import VIEWS, batches, columns
from orchestration.landing.contract import contract
from orchestration.landing.cursor import read_cursor
from orchestration.landing.drift import SchemaDrift, compare, new_columns
from orchestration.landing.land import land
from orchestration.settings import DataFolder
from orchestration.warehouse.project import PROJECT_DIR
from tests.small_world import insert_small_world

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    return made


def execute(database_url: str, *statements: str) -> None:
    with psycopg.connect(database_url) as connection:
        for statement in statements:
            connection.execute(statement)


def change_feedback(database_url: str, selected: str) -> None:
    execute(
        database_url,
        "drop view export.feedback",
        f"create view export.feedback as select {selected} from mall.feedback",
        "grant select on export.feedback to pointmart_landing",
    )


ALL = "tenant_id, feedback_id, member_id, redemption_id, score, answered_at, recorded_at, xid, channel"


def test_a_column_that_is_gone_is_named_and_nothing_is_landed(folder: DataFolder, database_url: str) -> None:
    change_feedback(database_url, ALL.replace("score, ", ""))
    with pytest.raises(SchemaDrift) as refusal:
        land(folder, database_url, NOW)
    assert str(refusal.value).startswith(
        "export.feedback has lost its column score; nothing was landed, the previous release stays"
    )
    assert "\n" not in str(refusal.value)
    assert not list(folder.landing.rglob("*.parquet"))


def test_a_column_of_another_type_is_named_with_both_types_and_the_cursor_stays(
    folder: DataFolder, database_url: str
) -> None:
    land(folder, database_url, NOW)
    before = folder.cursor.read_text()
    change_feedback(database_url, ALL.replace("score", "score::text as score"))
    with pytest.raises(
        SchemaDrift, match=r"^export\.feedback\.score is text and no longer int2; nothing was"
    ):
        land(folder, database_url, NOW)
    assert folder.cursor.read_text() == before


def test_a_new_column_is_told_and_landed(folder: DataFolder, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        insert_small_world(connection)
    change_feedback(database_url, f"{ALL}, score >= 4 as is_satisfied")
    landed = land(folder, database_url, NOW)
    assert landed.news == ["export.feedback has a new column is_satisfied (bool)"]
    assert "is_satisfied" in columns(batches(folder.landing, "feedback")[-1])
    assert new_columns(folder.landing) == ["export.feedback has a new column is_satisfied"]


def test_every_difference_is_told_at_once() -> None:
    live = {"item_id": "int8", "code": "text", "name": "text", "category": "text", "kind": "text",
            "recorded_at": "timestamptz", "xid": "xid8", "storage_units": "int4", "brand_id": "uuid", "image_count": "int4",
                "compliance_flags": "text", "listing_priority": "int4", "weight_grams": "int4", "colour": "text"}  # fmt: skip
    drift = compare(contract().views["item"], live)
    assert drift.broken == (
        "export.item has lost its column class",
        "export.item.item_id is int8 and no longer uuid",
    )
    assert drift.new == ("export.item has a new column colour (text)",)


def test_the_contract_is_true_of_every_view(folder: DataFolder, database_url: str) -> None:
    """Fails when a view is changed without its contract: change both."""
    assert set(contract().views) == set(VIEWS)
    assert land(folder, database_url, NOW).news == []
    assert read_cursor(folder.cursor) is not None


def test_the_calendar_and_the_values_are_those_of_the_warehouse() -> None:
    """The contract lets in what the warehouse's own tests let pass, no more and no less."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())
    known = contract()
    days = (date.fromisoformat(project["vars"][name]) for name in ("calendar_from", "calendar_until"))
    assert tuple(days) == (known.first_day, known.last_day)

    accepted = {}
    for path in (PROJECT_DIR / "models" / "staging" / "landing").glob("*__models.yml"):
        for model in yaml.safe_load(path.read_text())["models"]:
            for test in model["data_tests"]:
                columns = test.get("rows_satisfy", {}).get("arguments", {}).get("accepted", {})
                accepted |= {(model["name"], column): set(values) for column, values in columns.items()}
    # Impressions are landed as events, and staged apart from them.
    accepted["stg_events", "kind"] |= {"impression"}
    staged = {view: f"stg_{view}s" for view in known.views} | {
        "entry": "stg_entries", "stock": "stg_stock", "feedback": "stg_feedback", "feature_switch": "stg_feature_switches",
    }  # fmt: skip
    expected = {
        (staged[view.view], column.name): set(column.values)
        for view in known.views.values()
        for column in view.columns
        if column.values is not None
    }
    assert len(expected) > 10
    assert accepted == expected


def test_groups_and_references_name_columns_that_there_are() -> None:
    known = contract()
    for view in known.views.values():
        names = {column.name for column in view.columns}
        assert set(view.key) <= names
        for parent, own in view.refers:
            assert set(own) <= names
            assert len(own) == len(known.views[parent].key)
        for _, own in view.belongs:
            assert set(own) <= names
