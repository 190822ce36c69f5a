"""kill -9 of a real `pointmart pipeline run` and `follow` at several steps; what runs next publishes the same."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from orchestration.landing.batches import VIEWS, row_count
from orchestration.landing.cursor import read_cursor
from orchestration.release.content import TableContent
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder
from tests.small_world import insert_small_world

ROOT = Path(__file__).parents[2]

# Imports once, then forks a process per line it reads, which is the subcommand: importing takes longer than the run.
_FORKING = """
import os, sys
import orchestration.follow
from orchestration.cli.main import run
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        sys.argv = ["pointmart", "pipeline", *line.split()]
        try:
            run()
        finally:
            os._exit(0)  # exit hooks of the forked libraries wait for threads only the parent has
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


class Pipelines:
    """Starts pipeline runs as processes of their own on one data folder."""

    def __init__(self, folder: DataFolder, database_url: str) -> None:
        self.folder = folder
        self._errors = folder.root / "stderr"
        environment = os.environ | {
            "POINTMART_DATA_DIR": str(folder.root), "POINTMART_DATABASE_URL": database_url,
        }  # fmt: skip
        with self._errors.open("w") as errors:
            self.server = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", _FORKING],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, bufsize=1, env=environment, cwd=ROOT,
            )  # fmt: skip

    def start(self, command: str = "run") -> int:
        assert self.server.stdin is not None
        self.server.stdin.write(f"{command}\n")
        return int(self._line(str.isdigit))

    def wait(self) -> None:
        self._line(lambda line: line == "ended")

    def kill_when(self, reached: Callable[[], bool], command: str = "run") -> None:
        process = self.start(command)
        deadline = time.monotonic() + 120
        while not reached():
            assert time.monotonic() < deadline, self._errors.read_text()
            time.sleep(0.002)
        os.kill(process, signal.SIGKILL)
        self.wait()

    def _line(self, wanted: Callable[[str], bool]) -> str:
        assert self.server.stdout is not None
        for line in self.server.stdout:
            if wanted(line.strip()):
                return line
        raise AssertionError(self._errors.read_text())


@pytest.fixture
def pipelines(
    data_dir: Path, database_url: str, lend_parsed: Callable[[DataFolder], None]
) -> Iterator[Pipelines]:
    with psycopg.connect(database_url) as connection:
        insert_small_world(connection)
    lend_parsed(DataFolder(data_dir))
    made = Pipelines(DataFolder(data_dir), database_url)
    yield made
    made.server.kill()
    made.server.communicate()


def published(folder: DataFolder) -> dict[str, TableContent]:
    shelf = Shelf(folder.releases)
    current = shelf.current_id()
    assert current is not None
    return shelf.manifest(current).tables


def test_killed_at_any_step_and_run_again_it_publishes_the_same(pipelines: Pipelines) -> None:
    folder = pipelines.folder

    # While landing: some views are written, the cursor is not.
    pipelines.kill_when(lambda: (folder.landing / "lot").exists())
    assert read_cursor(folder.cursor) is None
    # While dbt builds.
    pipelines.kill_when(folder.warehouse.exists)
    # While the models are trained.
    pipelines.kill_when((folder.ml / "demand_forecasts.parquet").exists)
    # While the release is copied.
    pipelines.kill_when((folder.releases / "building.tmp").exists)
    assert not folder.current_release.is_symlink()

    pipelines.start()
    pipelines.wait()
    after_kills = published(folder)
    counts = {view: row_count(folder.landing, view) for view in VIEWS}

    for derived in (folder.landing, folder.ml, folder.releases):
        shutil.rmtree(derived)
    folder.warehouse.unlink()
    pipelines.start()
    pipelines.wait()
    assert published(folder) == after_kills
    assert {view: row_count(folder.landing, view) for view in VIEWS} == counts
    assert not list(folder.root.rglob("*.tmp"))


def test_a_refresh_killed_at_any_step_is_made_up_for_by_the_next(pipelines: Pipelines) -> None:
    folder = pipelines.folder
    follow = "follow --every 1"

    # While landing, while dbt builds, while the release is copied.
    pipelines.kill_when((folder.landing / "lot").exists, follow)
    assert read_cursor(folder.cursor) is None
    pipelines.kill_when(folder.warehouse.exists, follow)
    pipelines.kill_when((folder.releases / "building.tmp").exists, follow)
    assert not folder.current_release.is_symlink()

    # Nothing new is landed any more, and yet a release is owed.
    pipelines.kill_when(folder.freshness.exists, follow)
    after_kills = published(folder)
    counts = {view: row_count(folder.landing, view) for view in VIEWS}
    assert [path.name for path in folder.releases.glob("2*")] == [Shelf(folder.releases).current_id()]

    for derived in (folder.landing, folder.ml, folder.releases):
        shutil.rmtree(derived)
    folder.warehouse.unlink()
    pipelines.kill_when(folder.freshness.exists, follow)
    assert published(folder) == after_kills
    assert {view: row_count(folder.landing, view) for view in VIEWS} == counts
