"""One process of ours: started, watched, started again if its end is its own affair, stopped."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

_STOP_SECONDS = 10.0
_RESTART_SECONDS = 5.0


class Program:
    """A process of ours with its log; a new start has a new log, unless it goes on for one that ended."""

    def __init__(
        self, arguments: list[str], log: Path, environment: Mapping[str, str], *, is_restarted: bool
    ) -> None:
        """Start it; `is_restarted` says whether its end is its own affair."""
        self.is_restarted = is_restarted
        self._command = [sys.executable, "-m", *arguments]
        self._log = log
        self._environment = {**os.environ, **environment}
        self._ended_at: float | None = None
        # Each start has a log of its own: an old line must not explain a new failure.
        self._process = self._start("wb")

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        return self._process.poll()

    def tend(self) -> None:
        """Start it again a few seconds after it has ended."""
        now = time.monotonic()
        if self.poll() is None:
            self._ended_at = None
        elif self._ended_at is None:
            self._ended_at = now
        elif now - self._ended_at >= _RESTART_SECONDS:
            self._process = self._start("ab")

    def stop(self) -> None:
        """End it, in an orderly way if it lets us."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, mode: str) -> subprocess.Popen[bytes]:
        with self._log.open(mode) as log:
            # A session of its own: Ctrl-C in the terminal reaches the parent alone, which stops them in order.
            return subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=self._environment,
            )  # fmt: skip
