"""The release in use: switched when `current` points elsewhere, closed after its last reader."""

import asyncio
import fcntl
import gc
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import duckdb
from starlette.concurrency import run_in_threadpool

from serving.release import NoRelease, Release, open_release

_log = logging.getLogger(__name__)

_CHECK_SECONDS = 0.25


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
            opened = await run_in_threadpool(open_release, self._link.parent / target, self._makes)
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
