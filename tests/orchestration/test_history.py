"""Dagster's history is whole before two of its tools open it at once."""

import sqlite3

from orchestration import history
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
