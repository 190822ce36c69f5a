"""Which release the screens read: the one that `current` names at this moment."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class NoRelease(Exception):
    """Nothing was published yet, or what `current` names cannot be read."""


@dataclass(frozen=True)
class Release:
    """One immutable publication of the marts; times are UTC.

    Attributes:
        complete_until: all that was committed up to then is in it.
        is_followed: whether somebody keeps it fresh, so that a minute is late; else a day is.
        is_held: whether somebody went back to it, so that nothing newer comes by itself.
    """

    release_id: str
    complete_until: datetime
    is_followed: bool
    is_held: bool
    file: Path


def current_release(releases_dir: Path) -> Release:
    """Return the release that `current` names at this moment.

    Raises:
        NoRelease: there is none, or its manifest cannot be read.
    """
    try:
        # Resolved once: a switch in between must not mix the files of two releases.
        folder = (releases_dir / "current").resolve(strict=True)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        release_id = manifest["release_id"]
        landed_at = datetime.fromisoformat(manifest["landing"]["landed_at"])
        noted = _complete_until(releases_dir / "freshness.json", release_id)
        file = (folder / "marts.duckdb").resolve(strict=True)
        is_held = _text(releases_dir / "held") == release_id
        return Release(release_id, noted or landed_at, noted is not None, is_held, file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoRelease(f"{releases_dir / 'current'} names no readable release") from error


def _complete_until(path: Path, release_id: str) -> datetime | None:
    """Return up to when a release was found complete; None if nobody looks, or at another release only."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        return datetime.fromisoformat(noted["complete_until"]) if noted["release_id"] == release_id else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
