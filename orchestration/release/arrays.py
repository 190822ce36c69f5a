"""Arrays of a release for what every answer looks up: `arrays/*.npy`, which a reader maps into memory.

A look-up `<name>` is a sorted array of keys (`<name>.keys`), the place where the rows of each begin (`<name>.starts`,
one more than there are keys) and an array for each column of the rows, best rows first. A key is one id or two of 16
bytes each; an item in a row is its place in `items.keys`, a stage its place in `stages`. A look-up without rows has
no files.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.refusal import Refusal
from orchestration.sql import quoted

ARRAYS = "arrays"
_ID_BYTES = 16
# Rows in memory at a time.
_BATCH = 1_000_000


class ArrayMismatch(Refusal):
    """The rows of a look-up are not those of its mart."""


@dataclass(frozen=True)
class _LookUp:
    """A mart by key.

    Attributes:
        keys: columns of ids that make a key; several rows may have the same.
        order: the column by which the rows of a key are sorted.
        columns: array → SQL of its values and their type; `item.code` and `stage_code` are known.
        item: the column of the item in a row, if there is one.
        split: the column that tells look-ups apart, `<name>-<value>`, if there is one.
    """

    name: str
    mart: str
    keys: tuple[str, ...]
    order: str = "null"
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    item: str | None = None
    split: str | None = None
    where: str = "true"


_ITEM = {"items": ("item.code", "<i4")}
_LOOK_UPS = (
    _LookUp("members", "marts.dim_member", ("tenant_id", "member_id")),
    _LookUp(
        "lists", "marts.fct_member_recommendations", ("tenant_id", "member_id"), "recommendation_rank",
        _ITEM | {"stages": ("(list_position($stages, stage) - 1)::utinyint", "|u1")}, "item_id", "slice",
    ),
    _LookUp(
        "taken", "marts.fct_member_items", ("tenant_id", "member_id"), "item_id",
        _ITEM | {"counts": ("redemption_count::integer", "<i4")}, "item_id",
    ),
    _LookUp(
        "neighbours", "marts.fct_item_neighbours", ("tenant_id", "item_id"), "neighbour_rank",
        _ITEM | {"weights": ("weight", "<f8")}, "neighbour_item_id", "kind",
        "weight > 0 and neighbour_rank <= 50",
    ),
    _LookUp(
        "popular", "marts.fct_item_popularity", ("tenant_id",), "popularity_rank", _ITEM, "item_id",
    ),
    _LookUp(
        "starting", "marts.fct_starting_items", ("tenant_id",), "starting_rank",
        _ITEM | {"scores": ("score", "<f8")}, "item_id", "member_group",
    ),
)  # fmt: skip


def write_arrays(
    connection: duckdb.DuckDBPyConnection, database: str, marts: Iterable[str], folder: Path
) -> list[Path]:
    """Write the look-ups of the marts that an attached database has into a new folder; return the files.

    Raises:
        ArrayMismatch: a mart names an item that the database does not have.
        OSError, duckdb.Error: disk full or not writable.
    """
    present = set(marts)
    folder.mkdir()
    writer = _Writer(connection, database, folder)
    if "marts.dim_item" in present:
        writer.number_items()
        for look_up in _LOOK_UPS:
            if look_up.mart in present:
                writer.write(look_up)
    return sorted(folder.iterdir())


class _Writer:
    """Writes look-ups of one database into one folder."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, database: str, folder: Path) -> None:
        self._connection = connection
        self._database = database
        self._folder = folder
        self._stages: list[str] = []

    def number_items(self) -> None:
        """Write the ids of all items and keep the place of each."""
        self._connection.execute(
            "create or replace temp table item_code as select item_id, (row_number() over (order by item_id) - 1)::integer "
            f"as code from {self._database}.marts.dim_item"
        )
        keys = self._connection.execute("select item_id::blob from item_code order by item_id")
        self._save("items.keys", _ids(keys.to_arrow_table().column(0), 1))

    def write(self, look_up: _LookUp) -> None:
        """Write a look-up, or one for each value of the column that splits it."""
        if look_up.split is None:
            self._write(look_up, look_up.name, look_up.where)
            return
        for value in self._values(look_up.mart, look_up.split):
            self._write(
                look_up, f"{look_up.name}-{value}", f"{look_up.where} and {look_up.split} = '{quoted(value)}'"
            )

    def _write(self, look_up: _LookUp, name: str, where: str) -> None:
        mart = f"{self._database}.{look_up.mart}"
        keys = ", ".join(look_up.keys)
        bytes_of_key = " || ".join(f"{column}::blob" for column in look_up.keys)
        found = self._connection.execute(
            f"select {bytes_of_key} as key, count(*) as rows from {mart} where {where} group by {keys} order by {keys}"
        ).to_arrow_table()
        if not found.num_rows:
            return
        self._save(f"{name}.keys", _ids(found.column("key"), len(look_up.keys)))
        if not look_up.columns:
            return
        starts = np.zeros(found.num_rows + 1, "<i8")
        np.cumsum(found.column("rows").to_numpy(), out=starts[1:])
        self._save(f"{name}.starts", starts)
        total = int(starts[-1])
        joined = f"join item_code item on item.item_id = mart.{look_up.item}" if look_up.item else ""
        parameters = {"stages": self._named_stages(look_up.mart)} if "stages" in look_up.columns else {}
        values = ", ".join(f"{sql} as {column}" for column, (sql, _) in look_up.columns.items())
        order = ", ".join(f"mart.{column}" for column in (*look_up.keys, look_up.order))
        reader = self._connection.execute(
            f"select {values} from (from {mart} where {where}) mart {joined} order by {order}", parameters
        ).to_arrow_reader(_BATCH)
        if (written := self._stream(look_up, name, total, reader)) != total:
            raise ArrayMismatch(
                f"{look_up.mart} names items that marts.dim_item lacks ({total - written} of {total} rows); "
                "the release is not switched, run the pipeline again"
            )

    def _stream(self, look_up: _LookUp, name: str, total: int, batches: Iterable[pa.RecordBatch]) -> int:
        written = 0
        with ExitStack() as stack:
            files = {
                column: stack.enter_context(self._path(f"{name}.{column}").open("xb"))
                for column in look_up.columns
            }
            for column, (_, data_type) in look_up.columns.items():
                _write_header(files[column], np.dtype(data_type), total)
            for batch in batches:
                for column, (_, data_type) in look_up.columns.items():
                    values = batch.column(column).to_numpy(zero_copy_only=False)
                    files[column].write(np.ascontiguousarray(values, data_type).data)
                written += batch.num_rows
        return written

    def _named_stages(self, mart: str) -> list[str]:
        """Return the stages of all lists, and write them the first time."""
        if not self._stages:
            self._stages = self._values(mart, "stage")
            self._save("stages", np.array(self._stages))
        return self._stages

    def _values(self, mart: str, column: str) -> list[str]:
        rows = self._connection.execute(f"select distinct {column} from {self._database}.{mart} order by 1")
        return [str(value) for (value,) in rows.fetchall()]

    def _save(self, name: str, array: NDArray[Any]) -> None:
        with self._path(name).open("xb") as file:
            _write_header(file, array.dtype, len(array))
            # An array writes itself too, but does not say then that the disk is full.
            file.write(np.ascontiguousarray(array).data)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npy"


def _write_header(file: IO[bytes], data_type: np.dtype[Any], length: int) -> None:
    described = {
        "descr": np.lib.format.dtype_to_descr(data_type), "fortran_order": False, "shape": (length,),
    }  # fmt: skip
    np.lib.format.write_array_header_1_0(file, described)


def _ids(column: pa.ChunkedArray, count: int) -> NDArray[np.bytes_]:
    """Return values of so many ids each as an array of bytes."""
    width = _ID_BYTES * count
    return np.concatenate([np.empty(0, f"S{width}"), *_chunks(column, width)])


def _chunks(column: pa.ChunkedArray, width: int) -> Iterator[NDArray[np.bytes_]]:
    for chunk in column.chunks:
        fixed = chunk.cast(pa.binary(width))
        yield np.frombuffer(fixed.buffers()[1], f"S{width}")[fixed.offset : fixed.offset + len(fixed)]
