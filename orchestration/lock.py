"""One pipeline at a time on a data folder, by a kernel lock that dies with its process."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from orchestration.refusal import Refusal

Holder = Literal["pipeline", "refresh"]

# Longer than any refresh takes.
REFRESH_SECONDS = 900.0
# A refresh ends by itself and pauses before the next one: whoever asks so often gets in between.
_POLL_SECONDS = 0.1
# Between taking the lock and writing its name down, a holder is nobody in particular.
_UNNAMED_SECONDS = 1.0


class AlreadyRunning(Refusal):
    """Another live process holds the lock."""


@contextmanager
def held(path: Path, holder: Holder = "pipeline", *, patience_seconds: float = 0.0) -> Iterator[None]:
    """Hold a lock file for the block, or refuse; the lock of a dead process is free.

    Args:
        patience_seconds: how long to wait for a refresh to end; nobody waits for a whole pipeline.

    Raises:
        AlreadyRunning: with the number of the process that holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, path, patience_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {holder}".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, patience_seconds: float) -> None:
    started = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            process, _, holder = os.pread(descriptor, 40, 0).decode(errors="replace").partition(" ")
            allowed = {"refresh": patience_seconds, "": min(patience_seconds, _UNNAMED_SECONDS)}.get(
                holder, 0
            )
            if time.monotonic() - started < allowed:
                time.sleep(_POLL_SECONDS)
                continue
            raise AlreadyRunning(
                f"another pipeline is running on {path.parent.parent} (process {process or 'unknown'}); "
                "wait until it has ended"
            ) from None
