"""Which release the screens read: the one that `current` names at this moment."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class NoRelease(Exception):
    """Nothing was published yet, or what `current` names cannot be read."""


@dataclass(frozen=True)
class Release:
    """One immutable publication of the marts; times are UTC."""

    release_id: str
    landed_at: datetime
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
        return Release(
            manifest["release_id"],
            datetime.fromisoformat(manifest["landing"]["landed_at"]),
            (folder / "marts.duckdb").resolve(strict=True),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoRelease(f"{releases_dir / 'current'} names no readable release") from error
