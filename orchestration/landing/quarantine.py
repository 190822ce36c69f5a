"""Rows that violate the contract of their view, set aside with the rule they broke, and never dropped.

They lie in `landing/quarantine/<view>/<number>.parquet`, the newest number being the present state, and
`landing/quarantine/<number>.parquet` lists them all for the warehouse.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import durable
from orchestration.landing.contract import Contract, ViewContract
from orchestration.sql import quoted

# What a row set aside is about, where its view says so; the list has these of every view.
_SUBJECTS = ("tenant_id", "member_id", "item_id", "redemption_id")


@dataclass(frozen=True)
class Quarantine:
    """How many rows lie in quarantine, by view and rule, and whether they are others than before."""

    rows: dict[str, dict[str, int]]
    has_changed: bool

    @property
    def count(self) -> int:
        """Return the rows of all views."""
        return sum(sum(rules.values()) for rules in self.rows.values())

    def sentences(self) -> list[str]:
        """Return one sentence per view and rule."""
        return [
            f"{count} row{'s' if count > 1 else ''} of {view} in quarantine: {rule}"
            for view, rules in self.rows.items()
            for rule, count in rules.items()
        ]


def state_file(folder: Path, number: int) -> Path:
    """Return the file of a folder that holds the state after a batch."""
    return folder / f"{number:020d}.parquet"


def newest_state(folder: Path, before: int) -> Path | None:
    """Return the file with the state after the last batch before a number; None if there is none."""
    known = [path for path in folder.glob("*.parquet") if int(path.stem) < before]
    return max(known, default=None)


def remove_former_states(folder: Path, number: int) -> None:
    """Delete what the state after a batch has replaced, and what a crash left of a later one."""
    for place in (folder, *(path for path in folder.iterdir() if path.is_dir())):
        newest = newest_state(place, number + 1)
        for path in place.glob("*.parquet"):
            if path != newest:
                path.unlink()


def write_state(connection: duckdb.DuckDBPyConnection, folder: Path, number: int, rows: str) -> None:
    """Write the rows of a query as a state.

    Raises:
        OSError, duckdb.Error: disk full or not writable; the former state stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with durable.written_whole(state_file(folder, number)) as temporary:
        connection.execute(f"copy ({rows}) to '{quoted(temporary)}' (format parquet, compression zstd)")


def write_list(
    connection: duckdb.DuckDBPyConnection, folder: Path, number: int, contract: Contract, views: Iterable[str]
) -> None:
    """Write the list of all rows set aside from the present states of the views."""
    parts = ["select " + ", ".join(_listed(None, contract)) + " limit 0"]
    for view in views:
        state = newest_state(folder / view, number + 1)
        if state is not None:
            columns = ", ".join(_listed(contract.views[view], contract))
            parts.append(f"select {columns} from read_parquet('{quoted(state)}')")
    rows = " union all ".join(f"({part})" for part in parts)
    write_state(connection, folder, number, f"select row_number() over () as row_no, * from ({rows})")


def read_quarantine(folder: Path, number: int) -> Quarantine:
    """Return what lies in quarantine after a batch, as the list says; nothing where there is no list."""
    newest = newest_state(folder, number + 1)
    if newest is None:
        return Quarantine({}, has_changed=False)
    with duckdb.connect() as connection:
        found = connection.execute(
            'select "view", rule, count(*) from read_parquet($1) group by all order by all', [str(newest)]
        ).fetchall()
    rows: dict[str, dict[str, int]] = {}
    for view, rule, count in found:
        rows.setdefault(view, {})[rule] = count
    return Quarantine(rows, has_changed=False)


def _listed(view: ViewContract | None, contract: Contract) -> list[str]:
    """Return the expressions of the list's columns for a view; None gives their types alone."""
    names = {column.name for column in view.columns} if view else set()
    key = " || ', ' || ".join(f"coalesce({column}::varchar, 'null')" for column in view.key) if view else "''"
    return [
        f"'{view.view if view else ''}'::varchar as \"view\"",
        *(f"{name if name in names else 'null'}::uuid as {name}" for name in _SUBJECTS),
        f"({key})::varchar as row_key",
        f"{'rule' if view else 'null'}::varchar as rule",
        f"{'batch' if view else 'null'}::bigint as batch",
    ]
