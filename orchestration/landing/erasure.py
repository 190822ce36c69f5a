"""Erasure reaches what was landed: rows of what erased members did and said leave batches and model outputs.

The ledger's facts stay, under an id that leads to nobody, and of the member's record all but its group. Each file is replaced as a whole, so a crash in between
leaves whole files of which some still hold such rows; what is done is written down last, and the next landing ends it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import duckdb

from orchestration import durable
from orchestration.landing.batches import batches
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder
from orchestration.sql import quoted

# What a member did or said, what the rules made of it, and the groups it agreed to be counted in. All else is books: entries, lots, holds, redemptions.
BEHAVIOUR_VIEWS = (
    "event", "feedback", "refusal", "risk_assessment", "survey_answer", "item_review", "chat", "member_attribute",
)  # fmt: skip


class BrokenForgotten(Refusal):
    """The file that says which erasures have been carried out cannot be read."""


@dataclass(frozen=True)
class Forgotten:
    """Which erasures have been carried out on the landed files.

    Attributes:
        member_count: erased members whose rows are gone from all batches before `next_batch`.
        moments: when landings learned of erasures, UTC, oldest first. A release of an older landing may hold rows
            of members erased by then.
    """

    member_count: int = 0
    next_batch: int = 0
    moments: tuple[datetime, ...] = ()


def read_forgotten(path: Path) -> Forgotten:
    """Return what has been carried out; nothing before the first erasure.

    Raises:
        BrokenForgotten: the file is damaged.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        moments = tuple(datetime.fromisoformat(moment) for moment in fields["moments"])
        return Forgotten(int(fields["member_count"]), int(fields["next_batch"]), moments)
    except FileNotFoundError:
        return Forgotten()
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenForgotten(
            f"the file {path} is damaged; delete it, and the next landing looks through all batches again"
        ) from error


def forget_erased(folder: DataFolder, next_batch: int, now: datetime) -> int:
    """Remove the behaviour of erased members from landed batches and model outputs; return the rows removed.

    All files are looked through only when members were erased since the last time; otherwise only new batches are,
    for a row that was being written while its member was erased may be landed later.

    Args:
        next_batch: the number of the batch that the next landing writes.
        now: UTC.

    Raises:
        OSError, duckdb.Error: a file cannot be read or written; it is as it was.
    """
    done = read_forgotten(folder.forgotten)
    with duckdb.connect() as connection:
        count = _read_erased(connection, folder.landing)
        if not count:
            return 0
        is_new = count != done.member_count
        # A landing that is repeated after a crash writes its batch again, with what was removed from it.
        first_new = min(done.next_batch, next_batch - 1)
        removed = 0
        for view in BEHAVIOUR_VIEWS:
            for path in batches(folder.landing, view):
                if is_new or int(path.stem) >= first_new:
                    removed += _remove(connection, path)
        removed += _remove_quarantined(connection, folder.landing / "quarantine")
        if is_new:
            _forget_profiles(connection, folder.landing)
        # Trained before the erasure: what was predicted of a member goes at once, not with the next training.
        for path in sorted(folder.ml.glob("*.parquet")) if is_new else ():
            if {"tenant_id", "member_id"} <= _columns(connection, path).keys():
                removed += _remove(connection, path)
    if is_new:
        # They hold such rows as well, and can be built again.
        rmtree(folder.known_then, ignore_errors=True)
    moments = (*done.moments, now) if is_new else done.moments
    _write(folder.forgotten, Forgotten(count, next_batch, moments))
    return removed


def _remove_quarantined(connection: duckdb.DuckDBPyConnection, quarantine: Path) -> int:
    """Remove such rows from what was set aside: by view in folders, and listed together beside them."""
    removed = 0
    for view in BEHAVIOUR_VIEWS:
        for path in sorted((quarantine / view).glob("*.parquet")):
            removed += _remove(connection, path)
    views = ", ".join(f"'{view}'" for view in BEHAVIOUR_VIEWS)
    for path in sorted(quarantine.glob("*.parquet")):
        _remove(connection, path, f"r.view in ({views})")
    return removed


def _read_erased(connection: duckdb.DuckDBPyConnection, landing: Path) -> int:
    """Keep the erased members in a temporary table and return how many there are; nobody comes back."""
    connection.execute(
        "create temp table erased as select distinct tenant_id, member_id "
        f"from read_parquet('{quoted(landing)}/member/*.parquet', union_by_name = true) where is_erased"
    )
    found = connection.execute("select count(*) from erased").fetchone()
    return int(found[0]) if found else 0


def _remove(connection: duckdb.DuckDBPyConnection, path: Path, condition: str = "true") -> int:
    """Remove the erased members' rows that meet a condition from a file; return how many."""
    # The ids of model outputs are text, those of the views are not.
    id_type = _columns(connection, path)["member_id"]
    rows = f"from read_parquet('{quoted(path)}') r"
    same = " and ".join(f"r.{name} = e.{name}::varchar::{id_type}" for name in ("tenant_id", "member_id"))
    erased = f"{same} and {condition}"
    found = connection.execute(f"select count(*) {rows} semi join erased e on {erased}").fetchone()
    count = int(found[0]) if found else 0
    if count:
        with durable.written_whole(path) as temporary:
            connection.execute(
                f"copy (select * {rows} anti join erased e on {erased}) to '{quoted(temporary)}' "
                "(format parquet, compression zstd)"
            )
    return count


def _forget_profiles(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Clear the erased members' group in former versions of their record."""
    erased = "(tenant_id, member_id) in (select tenant_id, member_id from erased)"
    for path in (*batches(landing, "member"), *sorted((landing / "quarantine" / "member").glob("*.parquet"))):
        if "profile" not in _columns(connection, path):
            continue
        rows = f"from read_parquet('{quoted(path)}')"
        found = connection.execute(f"select 1 {rows} where profile is not null and {erased} limit 1")
        if found.fetchone():
            with durable.written_whole(path) as temporary:
                connection.execute(
                    f"copy (select * replace (case when not {erased} then profile end as profile) {rows}) "
                    f"to '{quoted(temporary)}' (format parquet, compression zstd)"
                )


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Return the columns of a file with their types."""
    rows = connection.execute(f"describe from read_parquet('{quoted(path)}')").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _write(path: Path, forgotten: Forgotten) -> None:
    fields = {
        "member_count": forgotten.member_count,
        "next_batch": forgotten.next_batch,
        "moments": [moment.isoformat() for moment in forgotten.moments],
    }
    durable.write_text(path, json.dumps(fields, indent=2) + "\n")
