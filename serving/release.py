"""A release, opened read-only: its rows, its arrays, and what is made of them; it never changes."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, model_validator
from starlette.concurrency import run_in_threadpool

from serving.contract import is_kept_by
from serving.problems import Problem

_log = logging.getLogger(__name__)

# Values, those within lists included: about 50 MB of Python objects.
_REMEMBERED_VALUES = 500_000
_FETCHED_ROWS = 500
_ARRAYS = "arrays/"

Rows = tuple[tuple[Any, ...], ...]
Arrays = Mapping[str, NDArray[Any]]
Made = TypeVar("Made")
Kept = TypeVar("Kept")


class NoRelease(Problem):
    """Nothing has been published yet; run `pointmart pipeline run` and try again."""

    slug = "no-release"
    title = "There is no release to answer from"
    status = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class OlderRelease(NoRelease):
    """The release in use is from before this was told; the next run of the pipeline brings it."""

    slug = "older-release"
    title = "The release in use is from before this was told"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "3600"}


class Landing(BaseModel):
    """Up to where the live database is in the release: what was visible in `snapshot` is.

    complete_until: only in manifests of the first version, which a transaction open at the landing held back.
    """

    snapshot: str
    landed_at: datetime
    complete_until: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_the_first_version(cls, fields: Any) -> Any:
        """Read manifests of releases that end below one transaction."""
        if isinstance(fields, dict) and "xmin" in fields and "snapshot" not in fields:
            return fields | {"snapshot": "{xmin}:{xmin}:".format_map(fields)}
        return fields


class Manifest(BaseModel):
    """What serving needs of a release's manifest.json."""

    release_id: str
    created_at: datetime
    landing: Landing
    files: dict[str, Any] = {}


class Release:
    """An opened release: tables `release.marts.<table>`, prepared look-ups and arrays. It never changes: rows are kept.

    Attributes:
        arrays: name → array, mapped into memory; none in a release of a version that wrote none.
    """

    def __init__(self, manifest: Manifest, connection: duckdb.DuckDBPyConnection, arrays: Arrays) -> None:
        self.manifest = manifest
        self.arrays = arrays
        self.readers = 0
        self.is_retired = False
        self._made: dict[Callable[[Release], Any], Any] = {}
        self._connection = connection
        self._remembered: OrderedDict[tuple[str, tuple[Any, ...]], Rows] = OrderedDict()
        self._remembered_values = 0
        self._kept: dict[Hashable, Any] = {}

    async def rows(self, sql: str, *parameters: Any) -> Rows:
        """Return the rows of a statement, from memory if it was asked before.

        Raises:
            OlderRelease: it has not a mart of the contract, or the mart not a column.
            duckdb.Error: the statement asks for what is not in the contract either: a defect of ours.
        """
        key = (sql, parameters)
        if (remembered := self._remembered.get(key)) is not None:
            self._remembered.move_to_end(key)
            return remembered
        found = await run_in_threadpool(self._fetch, sql, parameters)
        if key not in self._remembered:
            self._remembered[key] = found
            self._remembered_values += _size(found)
        while self._remembered_values > _REMEMBERED_VALUES:
            _, dropped = self._remembered.popitem(last=False)
            self._remembered_values -= _size(dropped)
        return found

    async def named_rows(self, sql: str, parameters: Mapping[str, Any]) -> Rows:
        """Return the rows of a statement with parameters by name (`$name`), from memory if it was asked before."""
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return await self.rows(sql, *used.items())

    def columns(self, sql: str) -> dict[str, NDArray[Any]]:
        """Return the columns of a statement without nulls, at once: for what is made when a release is opened."""
        with self._connection.cursor() as cursor:
            found = cursor.execute(sql).fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}

    def made(self, make: Callable[["Release"], Made]) -> Made:
        """Return what a function makes of this release, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    async def kept(self, key: Hashable, make: Callable[[], Awaitable[Kept]]) -> Kept:
        """Return what was put together from the release under a key, put together the first time; not for members."""
        if key not in self._kept:
            self._kept[key] = await make()
        kept: Kept = self._kept[key]
        return kept

    def close(self) -> None:
        """Close the file and let go of the arrays."""
        self._connection.close()
        self.arrays = {}
        self._made.clear()

    def _fetch(self, sql: str, parameters: tuple[Any, ...]) -> Rows:
        with self._connection.cursor() as cursor:
            # Pairs are parameters by name.
            is_named = bool(parameters) and isinstance(parameters[0], tuple)
            values = dict(parameters) if is_named else parameters
            try:
                found = cursor.execute(sql, values)
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                if not is_kept_by(sql, values):
                    raise
                _log.error("release %s lacks what is asked of it: %s", self.manifest.release_id, error)
                raise OlderRelease(
                    f"release {self.manifest.release_id} is from before this was told; run `pointmart pipeline run`"
                ) from error
            # In parts, for others are answered in between and nobody is while a part is fetched.
            parts = iter(lambda: found.fetchmany(_FETCHED_ROWS), [])
            return tuple(chain.from_iterable(parts))


def _size(rows: Rows) -> int:
    """Return the number of values in rows; an answer without rows takes room too."""
    return 1 + sum(len(value) if isinstance(value, list) else 1 for row in rows for value in row)


def open_release(folder: Path, makes: Sequence[Callable[[Release], object]]) -> Release:
    """Open a release and make of it, if it has arrays, what is made before the first answer.

    Raises:
        OSError, ValueError, duckdb.Error: it cannot be read.
    """
    manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    file = str(folder / "marts.duckdb").replace("'", "''")
    # Attached under another name: opened by itself, the catalogue and the schema would both be called marts.
    connection = duckdb.connect(config={"threads": 1})
    try:
        connection.execute(f"attach '{file}' as release (read_only)")
        release = Release(manifest, connection, _mapped(folder, manifest.files))
        for make in makes if release.arrays else ():
            release.made(make)
        # Until here the other processor was left to those who are answered meanwhile.
        connection.execute("set threads = 2")
    except (OSError, ValueError, duckdb.Error):
        connection.close()
        raise
    return release


def _mapped(folder: Path, files: Iterable[str]) -> Arrays:
    """Return a release's arrays by their names without folder and ending."""
    return {
        # Not as memmap: that class takes longer to cut than the cut takes to read.
        Path(name).stem: np.load(folder / name, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        for name in files
        if name.startswith(_ARRAYS)
    }
