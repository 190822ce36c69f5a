"""How far landing has come, and in which database; written last, as a whole."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration import durable
from orchestration.refusal import Refusal

# What cursors of the first version had landed: they do not name their views.
_FIRST_VIEWS = (
    "tenant", "member", "item", "offer", "stock", "stock_movement",
    "lot", "entry", "redemption", "redemption_line", "event", "feedback",
)  # fmt: skip


class BrokenCursor(Refusal):
    """The cursor file cannot be read."""


class OtherDatabase(Refusal):
    """The landed rows come from another database than the one connected now."""


@dataclass(frozen=True)
class Origin:
    """What tells one PostgreSQL database from another, a re-created one of the same name included."""

    system_identifier: str
    database: str
    database_oid: int


@dataclass(frozen=True)
class Cursor:
    """All that was visible in `snapshot` has been landed from `origin`.

    Attributes:
        snapshot: PostgreSQL's text of it, `xmin:xmax:` and the transactions between them that were open.
        next_batch: the number of the batches that the next run writes.
        views: the export views that have been landed.
        landed_at: when they were landed, UTC; what was committed up to then is among them.
    """

    origin: Origin
    snapshot: str
    next_batch: int
    views: tuple[str, ...]
    landed_at: datetime

    @property
    def bounds(self) -> tuple[int, int]:
        """Return xmin and xmax: the first transaction that was open, and the first that had not begun."""
        xmin, xmax, _ = self.snapshot.split(":")
        return int(xmin), int(xmax)


def read_cursor(path: Path) -> Cursor | None:
    """Return the cursor, or None before the first landing.

    Raises:
        BrokenCursor: the file is not a cursor.
    """
    try:
        return _cursor(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenCursor(
            f"the landing cursor {path} is damaged; delete the folder {path.parent} to land everything again"
        ) from error


def write_cursor(path: Path, cursor: Cursor) -> None:
    """Replace the cursor as a whole.

    Raises:
        OSError: the disk is full or not writable; the old cursor stays.
    """
    fields = asdict(cursor) | {"landed_at": cursor.landed_at.isoformat()}
    durable.write_text(path, json.dumps(fields, indent=2) + "\n")


def check_origin(cursor: Cursor, present: Cursor, path: Path) -> None:
    """Refuse to mix rows of two databases, or of one that was set back to an earlier state.

    Args:
        present: what the cursor would be after landing now.

    Raises:
        OtherDatabase: naming both.
    """
    again = f"use the former database, or delete the folder {path.parent} to land everything again"
    origin = present.origin
    if cursor.origin != origin:
        raise OtherDatabase(
            f"the landed rows come from database {cursor.origin.database} of PostgreSQL system "
            f"{cursor.origin.system_identifier}, not from {origin.database} (oid {origin.database_oid}) "
            f"of system {origin.system_identifier}; {again}"
        )
    for now, landed in zip(present.bounds, cursor.bounds, strict=True):
        if now < landed:
            raise OtherDatabase(
                f"database {origin.database} is older than what was landed from it (transaction {now} after "
                f"{landed}), as after restoring a backup; {again}"
            )


def _cursor(fields: dict[str, Any]) -> Cursor:
    if "snapshot" not in fields:
        # The first version landed what lies below an xmin, in batches named by the xmin they began at.
        xmin = int(fields["xmin"])
        fields = fields | {"snapshot": f"{xmin}:{xmin}:", "next_batch": xmin, "views": _FIRST_VIEWS}
    cursor = Cursor(
        origin=Origin(**fields["origin"]),
        snapshot=fields["snapshot"],
        next_batch=int(fields["next_batch"]),
        views=tuple(fields["views"]),
        landed_at=datetime.fromisoformat(fields["landed_at"]),
    )
    _ = cursor.bounds  # a snapshot that is none raises here and not in the middle of a run
    return cursor
