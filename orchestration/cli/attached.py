"""Runs an installed console script in this process, and ends it when the parent is gone.

`python -m orchestration.cli.attached dagster-webserver --port 3000`. For programs that are not ours and would
outlive a launcher that was killed.
"""

import os
import signal
import sys
import threading
import time
from importlib.metadata import entry_points


def stop_with_parent(parent: int | None = None) -> None:
    """Send this process SIGTERM once its parent is gone, even if that was killed.

    Args:
        parent: the parent's number, for what took so long to get here that it may be gone already; by default the
            present one.
    """
    awaited = os.getppid() if parent is None else parent

    def watch() -> None:
        while os.getppid() == awaited:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def run(arguments: list[str]) -> None:
    """Run the console script named first with the other arguments."""
    (script,) = entry_points(group="console_scripts", name=arguments[0])
    sys.argv = arguments
    stop_with_parent()
    sys.exit(script.load()())


if __name__ == "__main__":
    run(sys.argv[1:])
