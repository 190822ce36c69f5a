"""The release in use: opened read-only, switched when `current` points elsewhere, closed after its last reader."""

import asyncio
import fcntl
import gc
import logging
import os
from collections import OrderedDict
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, model_validator
from starlette.concurrency import run_in_threadpool

from serving.problems import Problem

_log = logging.getLogger(__name__)

_CHECK_SECONDS = 0.25
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
        """Return the rows of a statement, from memory if it was asked before."""
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
            found = cursor.execute(sql, dict(parameters) if is_named else parameters)
            # In parts, for others are answered in between and nobody is while a part is fetched.
            parts = iter(lambda: found.fetchmany(_FETCHED_ROWS), [])
            return tuple(chain.from_iterable(parts))


def _size(rows: Rows) -> int:
    """Return the number of values in rows; an answer without rows takes room too."""
    return 1 + sum(len(value) if isinstance(value, list) else 1 for row in rows for value in row)


class ReleaseReader:
    """Lends the current release; those who borrowed an older one finish on it.

    Args:
        releases_dir: the folder of the releases, with the symlink `current`.
        makes: what is made of a release with arrays when it is opened, so that no request waits for it.
        warm: what is done with a release before the first request is answered from it.
    """

    def __init__(
        self,
        releases_dir: Path,
        makes: Sequence[Callable[[Release], object]] = (),
        warm: Callable[[Release], Awaitable[None]] | None = None,
    ) -> None:
        self.folder = releases_dir
        self._link = releases_dir / "current"
        self._makes = makes
        self._warm = warm
        self._release: Release | None = None
        self._target: str | None = None
        self._broken: str | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Release]:
        """Lend the current release for the block.

        Raises:
            NoRelease: none was published, or the first one cannot be read.
        """
        release = await self._current()
        release.readers += 1
        try:
            yield release
        finally:
            release.readers -= 1
            if release.is_retired and not release.readers:
                release.close()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Open the current release and follow `current` to every later one during the block.

        A new release is opened as soon as it is published, beside the requests, which go on with the old one
        until it is ready: nobody waits, and who asks a second after the switch is answered from the new one.
        """
        await self._follow()
        ended = asyncio.Event()
        task = asyncio.create_task(self._keep_following(ended))
        try:
            yield
        finally:
            ended.set()
            await task
            self._replace(None)

    async def _keep_following(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            async with self._opening:
                await self._follow()
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _CHECK_SECONDS)

    async def _current(self) -> Release:
        if self._release is None:
            async with self._opening:
                if self._release is None:
                    await self._follow()
        if self._release is None:
            known = f"release {self._broken} cannot be read" if self._broken else "none was published"
            raise NoRelease(f"{known}: run `pointmart pipeline run`")
        return self._release

    async def _follow(self) -> None:
        target = self._read_link()
        if target is None or target == self._target:
            return
        with _turn(self.folder) as is_ours, _uncollected():
            if is_ours or self._release is None:
                await self._switch_to(target)

    async def _switch_to(self, target: str) -> None:
        try:
            opened = await run_in_threadpool(_open, self._link.parent / target, self._makes)
        except (OSError, ValueError, duckdb.Error):
            if target != self._broken:
                _log.exception("release %s cannot be read; the one in use stays", target)
            self._broken = target
            return
        if self._warm is not None:
            await self._warm(opened)
        self._target, self._broken = target, None
        self._replace(opened)

    def _read_link(self) -> str | None:
        try:
            return os.readlink(self._link)
        except OSError:
            return None

    def _replace(self, opened: Release | None) -> None:
        old, self._release = self._release, opened
        if old is not None:
            old.is_retired = True
            if not old.readers:
                old.close()


@contextmanager
def _turn(releases_dir: Path) -> Iterator[bool]:
    """Take the turn to open a release for the block, if no other process of this machine has it.

    Opening takes a processor for a second: while one process does, the others answer.
    """
    descriptor = os.open(releases_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        is_ours = False
    else:
        is_ours = True
    try:
        yield is_ours
    finally:
        os.close(descriptor)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Collect no garbage during the block, and what it made not at all, where the process has set itself up for that.

    What is made of a release is a million objects that die with it: to look for garbage among them would stop all
    answers for a tenth of a second.
    """
    is_settled = bool(gc.get_freeze_count())
    if is_settled:
        gc.disable()
    try:
        yield
    finally:
        if is_settled:
            gc.freeze()
            gc.enable()


def _open(folder: Path, makes: Sequence[Callable[[Release], object]]) -> Release:
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
