"""How far landing has come, and in which database; written last, as a whole."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from orchestration import durable
from orchestration.refusal import Refusal


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
    """Rows of transactions before `xmin` have been landed from `origin`.

    Attributes:
        landed_at: when they were landed, UTC.
        complete_until: whatever was committed up to then is among them, UTC; earlier than `landed_at` while a
            transaction that writes is open.
    """

    origin: Origin
    xmin: int
    landed_at: datetime
    complete_until: datetime


def read_cursor(path: Path) -> Cursor | None:
    """Return the cursor, or None before the first landing.

    Raises:
        BrokenCursor: the file is not a cursor.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        landed_at = fields["landed_at"]
        return Cursor(
            origin=Origin(**fields["origin"]),
            xmin=int(fields["xmin"]),
            landed_at=datetime.fromisoformat(landed_at),
            # Cursors of the first version do not have it.
            complete_until=datetime.fromisoformat(fields.get("complete_until", landed_at)),
        )
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
    fields = asdict(cursor) | {
        "landed_at": cursor.landed_at.isoformat(),
        "complete_until": cursor.complete_until.isoformat(),
    }
    durable.write_text(path, json.dumps(fields, indent=2) + "\n")


def check_origin(cursor: Cursor, origin: Origin, xmin: int, path: Path) -> None:
    """Refuse to mix rows of two databases, or of one that was set back to an earlier state.

    Raises:
        OtherDatabase: naming both.
    """
    again = f"use the former database, or delete the folder {path.parent} to land everything again"
    if cursor.origin != origin:
        raise OtherDatabase(
            f"the landed rows come from database {cursor.origin.database} of PostgreSQL system "
            f"{cursor.origin.system_identifier}, not from {origin.database} (oid {origin.database_oid}) "
            f"of system {origin.system_identifier}; {again}"
        )
    if xmin < cursor.xmin:
        raise OtherDatabase(
            f"database {origin.database} is older than what was landed from it (transaction {xmin} after "
            f"{cursor.xmin}), as after restoring a backup; {again}"
        )
