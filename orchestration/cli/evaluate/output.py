"""Where figures go: the terminal, and a folder that can be written to."""

from pathlib import Path

from rich.console import Console

from orchestration.refusal import Refusal

# What the tables want where no terminal says how wide it is.
_WIDTH = 160


class OutRefused(Refusal):
    """The folder for the results cannot be used."""


def make_console() -> Console:
    """Return the console, wide enough for tables if it is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def require_folder(out: Path) -> None:
    """Make the folder unless it is there.

    Raises:
        OutRefused: it is a file, or cannot be written to.
    """
    if out.exists() and not out.is_dir():
        raise OutRefused(f"--out {out} is a file; give a folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / "scores.half"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutRefused(f"--out {out} cannot be written to: {error.strerror}") from error
