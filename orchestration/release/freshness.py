"""How fresh the current release is: `releases/freshness.json`, renewed by whoever keeps it fresh."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from orchestration import durable

# What is promised from a committed redemption to the screens.
LONGEST_LAG_SECONDS = 60.0


@dataclass(frozen=True)
class Freshness:
    """How the current release stands to the live database; times are UTC.

    Attributes:
        release_id: the release it is about; of another one it says nothing. Empty before the first.
        snapshot: PostgreSQL's text of the snapshot up to which the release is complete.
        complete_until: all that was committed up to then is in the release.
        checked_at: when this was found out.
        is_behind: whether there are transactions that the release lacks; None if that could not be found out.
        problem: one sentence on what keeps the release from being renewed; None if nothing does.
    """

    release_id: str
    snapshot: str
    complete_until: datetime
    checked_at: datetime
    is_behind: bool | None
    problem: str | None

    def lag_seconds(self, now: datetime) -> float:
        """Return `data_lag_seconds`: for how long the release has perhaps not been complete."""
        return max(0.0, (now - self.complete_until).total_seconds())


def read_freshness(path: Path) -> Freshness | None:
    """Return what was written last; None if nothing was, or nothing that can be read."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        times = {name: datetime.fromisoformat(fields[name]) for name in ("complete_until", "checked_at")}
        return Freshness(**{**fields, **times})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_freshness(path: Path, freshness: Freshness) -> None:
    """Replace the file as a whole.

    Raises:
        OSError: the disk is full or not writable; the old file stays.
    """
    times = {name: getattr(freshness, name).isoformat() for name in ("complete_until", "checked_at")}
    durable.write_text(path, json.dumps(asdict(freshness) | times, indent=2, ensure_ascii=False) + "\n")
