"""How long a release may stay that was built before a member was erased."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestration.landing.erasure import read_forgotten
from orchestration.refusal import Refusal
from orchestration.release.manifest import BrokenRelease
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder

# Long enough to roll back from a release that turns out to be wrong, and what the law calls without undue delay.
LONGEST_AFTER_ERASURE = timedelta(days=7)


class CurrentHoldsErased(Refusal):
    """The release in use is older than an erasure whose time is up."""


def drop_outdated(folder: DataFolder, now: datetime, longest: timedelta = LONGEST_AFTER_ERASURE) -> list[str]:
    """Delete releases that may hold members erased more than `longest` ago, and return their ids.

    A release that cannot be read may hold them too. The current one stays, because somebody reads it; one after it
    does not, for nobody may go forward to erased members either.
    """
    due = last_due(read_forgotten(folder.forgotten).moments, now, longest)
    if due is None:
        return []
    shelf = Shelf(folder.releases)
    dropped = []
    for release_id in shelf.release_ids():
        if release_id != shelf.current_id() and _is_older(shelf, release_id, due):
            shelf.delete(release_id)
            dropped.append(release_id)
    if dropped:
        shelf.prune()  # with them go the parts that no other release names
    return dropped


def require_current(folder: DataFolder, now: datetime, longest: timedelta = LONGEST_AFTER_ERASURE) -> None:
    """Make sure that the current release is not one that should have been deleted.

    Raises:
        CurrentHoldsErased: it is; only a new one can take its place.
    """
    due = last_due(read_forgotten(folder.forgotten).moments, now, longest)
    shelf = Shelf(folder.releases)
    current = shelf.current_id()
    if due is None or current is None or not _is_older(shelf, current, due):
        return
    without = next((known for known in shelf.release_ids() if not _is_older(shelf, known, due)), None)
    way = (
        "run the pipeline to publish one without them"
        if without is None
        else (
            f"go on to {without} (pointmart release rollback {without}), which is without them, or run the pipeline"
        )
    )
    raise CurrentHoldsErased(
        f"the current release {current} was built before members were erased at {due:%Y-%m-%d %H:%M} UTC; "
        f"{way}, then prune again"
    )


def last_due(moments: Sequence[datetime], now: datetime, longest: timedelta) -> datetime | None:
    """Return the newest moment of an erasure that is at least `longest` ago, or None."""
    return max((moment for moment in moments if moment + longest <= now), default=None)


def _is_older(shelf: Shelf, release_id: str, moment: datetime) -> bool:
    try:
        landed_at = shelf.manifest(release_id).landing["landed_at"]
        return datetime.fromisoformat(landed_at) < moment
    except (BrokenRelease, KeyError, ValueError):
        return True
