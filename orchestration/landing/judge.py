"""Sorts the rows of a landing: those that keep the contract into its batches, the others into quarantine.

What refers to a row set aside, or belongs to one group with it (a redemption with its lines and entries), is set
aside with it, so that the identities hold for what is left. Each landing judges the rows set aside again, beside
the new ones: once the wrong row has been corrected at its source, those that waited for it are landed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration import durable
from orchestration.landing.batches import batches
from orchestration.landing.contract import Contract, ViewContract
from orchestration.landing.quarantine import (
    Quarantine,
    newest_state,
    read_quarantine,
    write_list,
    write_state,
)
from orchestration.landing.rules import KNOWN_TENANTS, first_broken_rule, is_broken
from orchestration.sql import quoted


def judge(contract: Contract, landing: Path, number: int, files: Mapping[str, Path]) -> Quarantine:
    """Rewrite the batches where rows are set aside or let go, and write the new state of the quarantine.

    Args:
        files: the batch of each view, whole and not yet landed.

    Raises:
        OSError, duckdb.Error: disk full or not writable; nothing that was landed is changed.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        connection.execute("set timezone = 'UTC'")
        return _Judge(connection, contract, landing, number, files).judge()


class _Judge:
    """One landing's judgement.

    Of each view that is looked at closely there are `row_<view>`, its rows with a number, the new ones and those
    that lay in quarantine, and `bad_<view>`, the numbers of those to set aside with the rule.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, contract: Contract, landing: Path, number: int,
        files: Mapping[str, Path],
    ) -> None:  # fmt: skip
        self._connection = connection
        self._contract = contract
        self._views = [view for name, view in contract.views.items() if name in files]
        self._landing = landing
        self._folder = landing / "quarantine"
        self._number = number
        self._files = files
        self._states = {view: newest_state(self._folder / view, number) for view in files}

    def judge(self) -> Quarantine:
        self._know_tenants()
        has_changed = False
        if any(self._states.values()) or any(map(self._has_broken_rows, self._views)):
            for view in self._views:
                self._open(view)
            self._spread()
            changed = [view.view for view in self._views if self._sort(view)]
            has_changed = bool(changed)
        if has_changed or newest_state(self._folder, self._number) is None:
            write_list(self._connection, self._folder, self._number, self._contract, self._files)
        return Quarantine(read_quarantine(self._folder, self._number).rows, has_changed)

    def _run(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def _landed(self, view: str) -> list[Path]:
        """Return the batches that count, not what a crash left of this one."""
        return [path for path in batches(self._landing, view) if int(path.stem) < self._number]

    def _know_tenants(self) -> None:
        """Note the tenants that were landed or come now and keep the contract."""
        self._run(f"create temp table {KNOWN_TENANTS} (tenant_id uuid)")
        broken = is_broken(self._contract.views["tenant"], self._contract)
        state = self._states.get("tenant")
        come = [path for path in (self._files.get("tenant"), state) if path is not None]
        for path in (*self._landed("tenant"), *come):
            self._run(f"insert into {KNOWN_TENANTS} select tenant_id from {_read(path)} where not {broken}")

    def _has_broken_rows(self, view: ViewContract) -> bool:
        broken = is_broken(view, self._contract)
        ((found,),) = self._run(
            f"select exists (select 1 from {_read(self._files[view.view])} where {broken})"
        )
        return bool(found)

    def _open(self, view: ViewContract) -> None:
        name, state = view.view, self._states[view.view]
        rows = [
            "select * exclude (file_row_number), true as is_new, file_row_number as n "
            f"from read_parquet('{quoted(self._files[name])}', file_row_number = true)"
        ]
        if state is not None:
            # Of a row that has changed since, the new version alone is judged.
            same = " and ".join(f"fresh.{column} = old.{column}" for column in view.key)
            self._run(
                f"create temp table old_{name} as select * from {_read(state)} old where not exists "
                f"(select 1 from {_read(self._files[name])} fresh where {same})"
            )
            rows.append(f"select * exclude (rule), false as is_new, rowid as n from old_{name}")
        self._run(f"create temp view row_{name} as {' union all by name '.join(rows)}")
        self._run(
            f"create temp table bad_{name} as select is_new, n, {first_broken_rule(view, self._contract)} as rule "
            f"from row_{name} where {is_broken(view, self._contract)}"
        )

    def _spread(self) -> None:
        """Set aside what goes with rows set aside, until that adds nothing."""
        groups = sorted({group for view in self._views for group, _ in view.belongs})
        while sum(map(self._spread_group, groups)) + sum(map(self._spread_references, self._views)):
            pass

    def _spread_group(self, group: str) -> int:
        members = [(view, columns) for view in self._views for name, columns in view.belongs if name == group]
        self._note_keys(" union ".join(_keys_of_bad(view.view, columns) for view, columns in members))
        rule = f"belongs to a {group} with a row in quarantine"
        return sum(self._set_aside(view, columns, rule) for view, columns in members)

    def _spread_references(self, view: ViewContract) -> int:
        added = 0
        for parent, columns in view.refers:
            key = self._contract.views[parent].key
            self._note_keys(_keys_of_bad(parent, key))
            # An older version that was landed is there to be referred to.
            same = " and ".join(f"landed.{column} = bad_key.k{i}" for i, column in enumerate(key))
            for path in self._landed(parent):
                self._run(
                    f"delete from bad_key where exists (select 1 from {_read(path)} landed where {same})"
                )
            added += self._set_aside(view, columns, f"refers to a {parent} in quarantine")
        return added

    def _note_keys(self, keys: str) -> None:
        self._run(f"create or replace temp table bad_key as select distinct * from ({keys})")

    def _set_aside(self, view: ViewContract, columns: tuple[str, ...], rule: str) -> int:
        same = " and ".join(f"r.{column} = bad_key.k{i}" for i, column in enumerate(columns))
        ((added,),) = self._run(
            f"insert into bad_{view.view} select r.is_new, r.n, '{rule}' from row_{view.view} r "
            f"semi join bad_key on {same} anti join bad_{view.view} b on b.is_new = r.is_new and b.n = r.n"
        )
        return int(added)

    def _sort(self, view: ViewContract) -> bool:
        """Rewrite a view's batch and its state where they change; return whether the state does."""
        name, state = view.view, self._states[view.view]
        ((fresh, kept),) = self._run(
            f"select count(*) filter (is_new), count(*) filter (not is_new) from bad_{name}"
        )
        before, old = 0, 0
        if state is not None:
            ((before, old),) = self._run(
                f"select (select count(*) from {_read(state)}), (select count(*) from old_{name})"
            )
        is_bad = f"bad_{name} b on b.is_new = r.is_new and b.n = r.n"
        is_changed = bool(fresh) or kept != before
        # The state first: once the batch is rewritten, the numbers no longer fit.
        if is_changed:
            rows = f"select r.* exclude (is_new, n), b.rule from row_{name} r join {is_bad}"
            write_state(self._connection, self._folder / name, self._number, rows)
        if fresh or kept < old:
            batch = f"{self._number}::bigint as batch"
            with durable.written_whole(self._files[name]) as temporary:
                self._run(
                    f"copy (select * exclude (is_new, n) replace ({batch}) from row_{name} r anti join {is_bad}) "
                    f"to '{quoted(temporary)}' (format parquet, compression zstd)"
                )
        return is_changed


def _read(path: Path) -> str:
    return f"read_parquet('{quoted(path)}')"


def _keys_of_bad(view: str, columns: tuple[str, ...]) -> str:
    keys = ", ".join(f"r.{column} as k{i}" for i, column in enumerate(columns))
    return f"select {keys} from row_{view} r semi join bad_{view} b on b.is_new = r.is_new and b.n = r.n"
