"""The most memory that a process and its children held at once, sampled while a block runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

_EVERY_SECONDS = 0.05
_EVERY_SECONDS_IN_PARTS = 0.5


class Peak:
    """The highest sum of resident memory seen so far, in bytes."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.bytes = 0

    @property
    def gb(self) -> float:
        """Return the peak in gigabytes (10^9 bytes)."""
        return round(self.bytes / 1e9, 3)


@contextmanager
def watched(process: psutil.Process, *, in_parts: bool = False) -> Iterator[Peak]:
    """Sample the memory of a process and all its descendants during the block.

    Args:
        in_parts: count a page that several of them share in equal parts, as after a fork, and not for each anew.
    """
    peak, ended = Peak(), threading.Event()

    def sample() -> None:
        while True:
            peak.bytes = max(peak.bytes, _resident(process, in_parts))
            if ended.wait(_EVERY_SECONDS_IN_PARTS if in_parts else _EVERY_SECONDS):
                return

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _resident(process: psutil.Process, in_parts: bool) -> int:
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in family:
        try:
            total += int(member.memory_full_info().pss if in_parts else member.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return total
