"""Dagster's history is whole before two of its tools open it at once."""

import sqlite3
from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration import history
from orchestration.release.freshness import Freshness
from orchestration.settings import DataFolder


def test_every_store_of_the_history_exists_after_initialising(data_dir):
    folder = DataFolder(data_dir)
    folder.create()
    history.initialise(folder)
    stores = {"schedules/schedules.db": "job_ticks", "history/runs.db": "runs"}
    stores["history/runs/index.db"] = "event_logs"
    for file, table in stores.items():
        with sqlite3.connect(folder.dagster / file) as store:
            assert store.execute("select 1 from sqlite_master where name = ?", [table]).fetchone()
        store.close()


@pytest.mark.parametrize(("lag", "passes"), [(60.0, True), (60.5, False)])
def test_a_late_release_is_a_failed_check_without_a_run(data_dir, lag, passes):
    folder = DataFolder(data_dir)
    folder.create()
    now = datetime(2026, 5, 1, tzinfo=UTC)
    history.report_lag(folder, Freshness("r1", "1:1:", now, now, is_behind=True, problem="no space"), lag)
    key = dg.AssetCheckKey(history.RELEASE, history.LAG_CHECK)
    with history.opened(folder) as instance:
        (record,) = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
        told = record.event.dagster_event.asset_check_evaluation_data
        assert instance.get_runs() == []
    assert told.passed is passes
    assert told.severity == dg.AssetCheckSeverity.WARN
    assert told.metadata["data_lag_seconds"].value == lag
    assert told.metadata["problem"].value == "no space"


def test_a_files_log_of_changes_is_carried_over_once_and_not_after_each_event(data_dir):
    folder = DataFolder(data_dir)
    folder.create()
    history.initialise(folder)
    log = folder.dagster / "history/runs/index.db-wal"
    sizes = []
    with history.opened(folder) as instance:
        for number in range(3):
            instance.report_runless_asset_event(dg.AssetMaterialization(f"a{number}"))
            sizes.append(log.stat().st_size)
    assert sizes == sorted(set(sizes))
    assert not log.exists()
    with history.opened(folder) as instance:
        assert len(instance.all_asset_keys()) == 3
