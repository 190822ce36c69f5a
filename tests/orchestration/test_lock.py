"""Who waits for whom on the lock of a data folder."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.lock import AlreadyRunning, held

_HOLDING = """
import sys, time
from pathlib import Path
from orchestration.lock import held
with held(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "pipeline.lock"


@contextmanager
def held_elsewhere(lock: Path, holder: str, seconds: float) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", _HOLDING, str(lock), holder, str(seconds)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_pipeline_waits_for_a_refresh_to_end(lock: Path) -> None:
    with held_elsewhere(lock, "refresh", 1.5):
        started = time.monotonic()
        with held(lock, patience_seconds=30):
            assert time.monotonic() - started > 1


def test_its_patience_ends(lock: Path) -> None:
    with (
        held_elsewhere(lock, "refresh", 60) as process,
        pytest.raises(AlreadyRunning, match=rf"\(process {process.pid}\)"),
        held(lock, patience_seconds=0.5),
    ):
        pass


@pytest.mark.parametrize("waiting", ["pipeline", "refresh"])
def test_nobody_waits_for_a_whole_pipeline(lock: Path, waiting: str) -> None:
    with held_elsewhere(lock, "pipeline", 60):
        started = time.monotonic()
        with pytest.raises(AlreadyRunning), held(lock, waiting, patience_seconds=30):  # type: ignore[arg-type]
            pass
        assert time.monotonic() - started < 5


def test_a_refresh_waits_for_nobody(lock: Path) -> None:
    with held_elsewhere(lock, "refresh", 60), pytest.raises(AlreadyRunning), held(lock, "refresh"):
        pass


def test_the_lock_of_a_killed_process_is_free(lock: Path) -> None:
    with held_elsewhere(lock, "pipeline", 60) as process:
        process.kill()
        process.wait()
        with held(lock):
            pass
