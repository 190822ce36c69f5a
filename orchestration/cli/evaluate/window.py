"""Which part of a history is learnt from and which is the test, and the sentence where there is none."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.cli.evaluate.history import History
from orchestration.refusal import Refusal
from recommender.ranking.evaluation import leave_last_out
from recommender.ranking.interactions import Interactions
from recommender.ranking.snapshots import Snapshot, snapshot_of

MIN_ITEMS = 5


class WindowRefused(Refusal):
    """The history holds nothing to learn from, or nothing to be judged by."""


@dataclass(frozen=True)
class Window:
    """What is learnt from and what is the test.

    Attributes:
        cutoff, until: the first business day of the test and the first after it; None if each member's last item
            is the test.
        n_later: rows after the window, which nothing uses.
    """

    snapshot: Snapshot
    test: Interactions
    cutoff: date | None
    until: str | None
    n_later: int

    @property
    def past(self) -> Interactions:
        """What is learnt from."""
        return self.snapshot.past


def cut_at(history: History, cutoff: date, horizon_days: int) -> Window:
    """Return what happened before a day, and in the days from it on.

    Raises:
        WindowRefused: the cutoff lies outside the data, or nobody who was there before took anything after.
    """
    if cutoff <= history.first_day:
        raise WindowRefused(
            f"nothing is before the cutoff {cutoff} to learn from: {history.range()}; choose a later day"
        )
    if cutoff > history.last_day:
        raise WindowRefused(f"the cutoff {cutoff} is after the last row: {history.range()}")
    until = np.datetime64(cutoff, "D") + horizon_days
    everything = history.interactions
    past = everything.before(cutoff)
    is_test = (everything.day >= np.datetime64(cutoff, "D")) & (everything.day < until)
    window = f"{cutoff} to {until - 1}"
    if not is_test.any():
        raise WindowRefused(f"nothing happened in the test window from {window}: {history.range()}")
    test = everything.take(is_test)
    n_later = int((everything.day >= until).sum())
    return Window(
        _snapshot(past, test, f"in the test window from {window}"), test, cutoff, str(until), n_later
    )


def cut_last(history: History) -> Window:
    """Return each member's last item as the test, of those with enough items.

    Raises:
        WindowRefused: nobody has enough items.
    """
    past, test = leave_last_out(history.interactions, at_least=MIN_ITEMS)
    if not len(test):
        raise WindowRefused(
            f"nobody in {history.file} took {MIN_ITEMS} different items, so no last one can be left out"
        )
    return Window(_snapshot(past, test, "as their last item"), test, None, None, 0)


def _snapshot(past: Interactions, test: Interactions, when: str) -> Snapshot:
    snapshot = snapshot_of(past, test)
    if not snapshot.taken.nnz and not snapshot.unknown.any():
        raise WindowRefused(
            f"nobody who is known from before took anything {when}: all {len(test.member_ids):,} members of it are new"
        )
    return snapshot
