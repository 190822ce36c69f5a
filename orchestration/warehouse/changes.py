"""Which business days the landed batches touch that the warehouse has not read yet; or why it must read all again.

The days go to dbt as the variable `changed_spans`; its macros in `changed_dates.sql` say what a model does with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from orchestration.landing.cursor import Cursor, read_cursor
from orchestration.warehouse.news import TIMES, News, Span
from orchestration.warehouse.state import (
    Built,
    checksum_of_batches,
    checksum_of_predictions,
    checksum_of_project,
    checksum_of_quarantine,
    read_built,
)

if TYPE_CHECKING:
    # With it comes dbt, which takes seconds; every command line knows what a change is.
    from orchestration.warehouse.project import Project

# What, changed in a row that was landed before, changes the figures of days that nobody can list.
_MEMBER_KEY, _MEMBER_FIELDS = "tenant_id, member_id", "is_test, is_erased, registered_at"
_ITEM_KEY, _ITEM_FIELDS = "item_id", "kind, category"
_OFFER_KEY, _OFFER_FIELDS = "tenant_id, item_id", "handover"
# As `calendar_until` in dbt_project.yml.
_LAST_DAY = date(2049, 12, 31)


@dataclass(frozen=True)
class Changes:
    """What a build has to compute anew.

    Attributes:
        spans: for each kind of news (`TIMES`, `registration`, `answer`, `service`, `last_day`, `offer` and `terms`) the
            first and last days of the stretches it touches; None means everything.
        reason: in a sentence, why everything, or how many days.
        built: what the warehouse has read once that is done.
        sources: the dbt sources with anything new, `landing.<view>` or `ml`; a model that reads none of them, even
            through others, stays as it is.
    """

    spans: dict[str, list[Span]] | None
    reason: str
    built: Built | None
    sources: frozenset[str] = frozenset()

    def variable(self) -> dict[str, list[list[str]]] | None:
        """Return the spans as dbt is given them."""
        if self.spans is None:
            return None
        return {
            kind: [[first.isoformat(), last.isoformat()] for first, last in spans]
            for kind, spans in self.spans.items()
        }

    def covering(self, first: date, last: date) -> "Changes":
        """Return the order to compute the days from first to last anew, too; everything stays everything."""
        if self.spans is None:
            return self
        asked = _days((first, last))
        kinds = [*TIMES, "registration", "answer", "service", "last_day", "offer", "terms"]
        spans = {kind: merged(asked.union(*map(_days, self.spans.get(kind, [])))) for kind in kinds}
        sources = self.sources | {f"landing.{view}" for view, _ in TIMES.values()}
        reason = f"{len(asked)} days from {first} on were asked for, and {self.reason}"
        return Changes(self.spans | spans, reason, self.built, sources)


def everything(project: "Project", reason: str) -> Changes:
    """Return the order to build everything from what has been landed by now.

    Raises:
        BrokenCursor: the landing cursor cannot be read.
    """
    cursor = read_cursor(project.folder.cursor)
    return Changes(None, reason, _built(project, cursor) if cursor else None)


def find_changes(project: "Project") -> Changes:
    """Compare what the warehouse was built from with what has been landed since.

    Raises:
        BrokenCursor: the landing cursor cannot be read.
        duckdb.Error: the warehouse or a landed file is damaged or in use.
    """
    folder = project.folder
    cursor = read_cursor(folder.cursor)
    before = read_built(folder.warehouse)
    if cursor is None or before is None:
        return everything(project, "the warehouse has no complete former build")
    after = _built(project, cursor)
    if before.project != after.project:
        return Changes(None, "the dbt project has changed", after)
    if before.views != after.views:
        return Changes(None, "the landing has other views", after)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        news = News(connection, folder, before.next_batch)
        # First, because an erasure also writes batches again.
        if news.has_changed("member", _MEMBER_KEY, _MEMBER_FIELDS):
            return Changes(None, "a member that was landed before was changed or erased", after)
        if (
            before.next_batch > after.next_batch
            or checksum_of_batches(folder, before.views, before.next_batch) != before.landed
        ):
            return Changes(None, "batches that the warehouse had read are gone or were written again", after)
        if news.has_changed("item", _ITEM_KEY, _ITEM_FIELDS):
            return Changes(None, "an item that was landed before is of another kind or category", after)
        if news.has_changed("offer", _OFFER_KEY, _OFFER_FIELDS):
            return Changes(None, "an item that was landed before is handed over in another way", after)
        days = news.days()
        if news.begins_earlier(days):
            return Changes(None, "a fact lies before its tenant's first day", after)
        spans = {kind: merged(found) for kind, found in days.items() if found}
        count = len(set().union(*days.values()))
        if last_days := news.last_days(days):
            spans["last_day"] = last_days
        if listed_from := news.first_day_of_listings():
            spans["offer"] = [(listed_from, _LAST_DAY)]
        if supplied_from := news.first_day_of_terms():
            spans["terms"] = [(supplied_from, _LAST_DAY)]
    sources = {f"landing.{view}" for view in after.views if news.is_new(view)}
    if before.predicted != after.predicted:
        sources |= {"ml"}
    if before.set_aside != after.set_aside:
        sources |= {"landing.quarantine"}
    return Changes(spans, f"{count} days have new or changed facts", after, frozenset(sources))


def merged(days: Iterable[date]) -> list[Span]:
    """Return days as stretches of consecutive days, each with its first and last."""
    spans: list[Span] = []
    for day in sorted(days):
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _days(span: Span) -> set[date]:
    first, last = span
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def _built(project: "Project", cursor: Cursor) -> Built:
    return Built(
        project=checksum_of_project(project.directory),
        next_batch=cursor.next_batch,
        views=cursor.views,
        landed=checksum_of_batches(project.folder, cursor.views, cursor.next_batch),
        predicted=checksum_of_predictions(project.folder),
        set_aside=checksum_of_quarantine(project.folder),
    )
