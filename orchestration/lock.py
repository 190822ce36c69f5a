"""One pipeline at a time on a data folder, by a kernel lock that dies with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.refusal import Refusal


class AlreadyRunning(Refusal):
    """Another live process holds the lock."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock file for the block, or refuse; the lock of a dead process is free.

    Raises:
        AlreadyRunning: with the number of the process that holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(
                f"another pipeline is running on {path.parent.parent} (process {holder}); wait until it has ended"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
