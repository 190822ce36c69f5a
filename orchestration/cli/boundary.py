"""The boundary to a person: a refusal becomes one sentence and an exit code, a defect a file."""

import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import typer

from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings


def guarded(command: Callable[[], None]) -> None:
    """Run a command; a person never sees a stack trace."""
    try:
        command()
    except Refusal as refusal:
        _say(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:  # noqa: BLE001 - the boundary: the trace goes to a file, a sentence to the person
        _say(_keep_trace(traceback.format_exc()))


def _say(sentence: str) -> None:
    typer.secho(f"pointmart: {sentence}", err=True, fg="red")
    sys.exit(1)


def _keep_trace(trace: str) -> str:
    last = trace.strip().splitlines()[-1]
    logs = PipelineSettings().folder.logs
    file = logs / f"defect-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.log"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        file.write_text(trace)
    except OSError:
        return f"this is a defect ({last}), and its details could not be written to {logs}"
    return f"this is a defect ({last}); its details are in {file}"
