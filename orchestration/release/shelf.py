"""The releases side by side: listing them, switching `current` atomically, rolling back, retention.

A release that somebody went back to is held: what publishes by itself leaves it alone until a pipeline that
somebody asked for, or the nightly one, has published the next.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from orchestration import durable
from orchestration.refusal import Refusal
from orchestration.release.manifest import MANIFEST, BrokenRelease, Manifest, check_files, read_manifest
from orchestration.release.parts import PARTS, remove_unused

KEPT = 10
# Kept fresh, ten releases are a few minutes: of each day the last one stays, so that one can go back further.
KEPT_DAYS = 7


class UnknownRelease(Refusal):
    """There is no release of that id."""


class NothingToRollBackTo(Refusal):
    """There is no older release than the current one."""


@dataclass(frozen=True)
class Shelf:
    """The folder of releases with its `current` symlink."""

    releases: Path

    def release_ids(self) -> list[str]:
        """Return the ids of whole releases, newest first."""
        return sorted((path.parent.name for path in self.releases.glob(f"2*/{MANIFEST}")), reverse=True)

    def current_id(self) -> str | None:
        """Return the id of the release in use, or None before the first."""
        try:
            return Path(os.readlink(self.releases / "current")).name
        except FileNotFoundError:
            return None

    def manifest(self, release_id: str) -> Manifest:
        """Return a release's manifest.

        Raises:
            UnknownRelease: no such release.
            BrokenRelease: it cannot be read.
        """
        if release_id not in self.release_ids():
            raise UnknownRelease(f"there is no release {release_id}; `pointmart release list` shows them")
        return read_manifest(self.releases / release_id)

    def switch(self, release_id: str) -> None:
        """Make a release the current one, in one atomic step for every reader.

        Raises:
            UnknownRelease, BrokenRelease: `current` stays as it was.
            OSError: the folder cannot be written; `current` stays as it was.
        """
        check_files(self.releases / release_id, self.manifest(release_id))
        beside = self.releases / f".current-{os.getpid()}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(release_id)
        beside.replace(self.releases / "current")
        durable.flush(self.releases)

    def roll_back(self, release_id: str | None) -> str:
        """Switch to a release, by default the one before the current; return its id.

        It is held until the next is published, unless it is the newest: then nobody is gone back.

        Raises:
            NothingToRollBackTo: the current release is the oldest, or there is none.
            UnknownRelease, BrokenRelease: `current` stays as it was.
        """
        current = self.current_id()
        older = [known for known in self.release_ids() if current is not None and known < current]
        target = release_id or next(iter(older), None)
        if target is None:
            raise NothingToRollBackTo("there is no older release to roll back to; run the pipeline")
        self.switch(target)
        if target == self.release_ids()[0]:
            self.let_go()
        else:
            durable.write_text(self._held, target)
        return target

    def held_id(self) -> str | None:
        """Return the release that somebody went back to and that is still the current one, or None."""
        try:
            held = self._held.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return held if held == self.current_id() else None

    def let_go(self) -> None:
        """Hold no release any more."""
        self._held.unlink(missing_ok=True)

    def delete(self, release_id: str) -> None:
        """Delete a release; a reader that has it open keeps what it has open."""
        shutil.rmtree(self.releases / release_id)

    def prune(self) -> None:
        """Delete releases nobody goes back to, and parts that none of the rest names.

        Of the current one and those before it the newest ten stay, and the last of each of seven days. Those after it
        stay, too: whoever went back may go forward again, and the next that is published comes after them all.
        """
        known = self.release_ids()
        current = self.current_id()
        after = [release_id for release_id in known if current is not None and release_id > current]
        rest = known[len(after) :]
        kept = {*after, *rest[:KEPT], *_last_of_days(rest)[:KEPT_DAYS]}
        for release_id in known:
            if release_id not in kept:
                shutil.rmtree(self.releases / release_id)
        try:
            left = [read_manifest(self.releases / release_id) for release_id in self.release_ids()]
        except BrokenRelease:
            return  # what a damaged manifest names is not known
        remove_unused(
            self.releases / PARTS,
            {part.file for manifest in left for parts in manifest.parts.values() for part in parts},
        )

    @property
    def _held(self) -> Path:
        return self.releases / "held"


def _last_of_days(release_ids: list[str]) -> list[str]:
    """Return the last release of each day (UTC) of ids that are sorted newest first."""
    last: dict[str, str] = {}
    for release_id in release_ids:
        last.setdefault(release_id.partition("T")[0], release_id)
    return list(last.values())
