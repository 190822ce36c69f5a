"""Which business days the landed batches touch that the warehouse has not read yet; or why it must read all again.

The days go to dbt as the variable `changed_spans`; its macros in `changed_dates.sql` say what a model does with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from orchestration.landing.batches import batches
from orchestration.landing.cursor import Cursor, read_cursor
from orchestration.sql import quoted
from orchestration.warehouse.project import Project
from orchestration.warehouse.state import (
    Built,
    checksum_of_batches,
    checksum_of_predictions,
    checksum_of_project,
    checksum_of_quarantine,
    read_built,
)

Span = tuple[date, date]

# view → the time, never changed once written, whose day its rows count on.
_TIMES = {
    "entry": "effective_at", "event": "occurred_at", "feedback": "answered_at", "lot": "active_from",
    "redemption": "effective_at", "stock_movement": "effective_at", "refusal": "effective_at",
    "risk_assessment": "effective_at", "hold": "effective_at",
}  # fmt: skip
# Lines bear no time; they count on the day of their redemption.
_LINE_KEY = "tenant_id, redemption_id"
# What, changed in a row that was landed before, changes the figures of days that nobody can list.
_MEMBER_KEY, _MEMBER_FIELDS = "tenant_id, member_id", "is_test, is_erased, registered_at"
_ITEM_KEY, _ITEM_FIELDS = "item_id", "kind"
# A listing may be taken back for past days, which only figures of listed days read.
_OFFER_KEY, _OFFER_FIELDS = "tenant_id, item_id", "listed_from, listed_until"
_BEGINNING = date(2000, 1, 1)
_DAY = "cast(timezone('Asia/Shanghai', {time}) as date)"


@dataclass(frozen=True)
class Changes:
    """What a build has to compute anew.

    Attributes:
        spans: for each view the first and last days of the stretches it touches; None means everything.
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
            view: [[first.isoformat(), last.isoformat()] for first, last in spans]
            for view, spans in self.spans.items()
        }

    def covering(self, first: date, last: date) -> "Changes":
        """Return the order to compute the days from first to last anew, too; everything stays everything."""
        if self.spans is None:
            return self
        asked = _days((first, last))
        spans = {view: merged(asked.union(*map(_days, self.spans.get(view, [])))) for view in _TIMES}
        sources = self.sources | {f"landing.{view}" for view in _TIMES}
        reason = f"{len(asked)} days from {first} on were asked for, and {self.reason}"
        return Changes(self.spans | spans, reason, self.built, sources)


def everything(project: Project, reason: str) -> Changes:
    """Return the order to build everything from what has been landed by now.

    Raises:
        BrokenCursor: the landing cursor cannot be read.
    """
    cursor = read_cursor(project.folder.cursor)
    return Changes(None, reason, _built(project, cursor) if cursor else None)


def find_changes(project: Project) -> Changes:
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
        landing = _Landing(connection, project, before.next_batch)
        # First, because an erasure also writes batches again.
        if landing.has_changed("member", _MEMBER_KEY, _MEMBER_FIELDS):
            return Changes(None, "a member that was landed before was changed or erased", after)
        if (
            before.next_batch > after.next_batch
            or checksum_of_batches(folder, before.views, before.next_batch) != before.landed
        ):
            return Changes(None, "batches that the warehouse had read are gone or were written again", after)
        if landing.has_changed("item", _ITEM_KEY, _ITEM_FIELDS):
            return Changes(None, "an item that was landed before is of another kind", after)
        days = {view: landing.days(view, time) for view, time in _TIMES.items()}
        days["redemption"] |= landing.days_of_redemptions()
        if landing.begins_earlier(days):
            return Changes(None, "a fact lies before its tenant's first day", after)
        if landing.has_changed("offer", _OFFER_KEY, _OFFER_FIELDS):
            days["offer"] = {_BEGINNING}
        else:
            days["offer"] = landing.days_of_new("offer", _OFFER_KEY, "listed_from")
    spans = {view: merged(found) for view, found in days.items() if found}
    count = len(set().union(*days.values()) - {_BEGINNING})
    sources = {f"landing.{view}" for view in after.views if landing.is_new(view)}
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


def _built(project: Project, cursor: Cursor) -> Built:
    return Built(
        project=checksum_of_project(project.directory),
        next_batch=cursor.next_batch,
        views=cursor.views,
        landed=checksum_of_batches(project.folder, cursor.views, cursor.next_batch),
        predicted=checksum_of_predictions(project.folder),
        set_aside=checksum_of_quarantine(project.folder),
    )


@dataclass(frozen=True)
class _Landing:
    """The landed batches, split where the warehouse had come to."""

    connection: duckdb.DuckDBPyConnection
    project: Project
    next_batch: int

    def is_new(self, view: str) -> bool:
        """Return whether a view has new rows or versions."""
        return self._files(view, is_new=True) is not None

    def days(self, view: str, time: str) -> set[date]:
        """Return the days of a view's new rows."""
        if not (new := self._files(view, is_new=True)):
            return set()
        return self._dates(f"select distinct {_DAY.format(time=time)} from {new}")

    def days_of_redemptions(self) -> set[date]:
        """Return the days of redemptions of which a line or an entry came while the redemption itself did not change."""
        parts = [
            f"select {_LINE_KEY} from {new} where redemption_id is not null"
            for view in ("redemption_line", "entry")
            if (new := self._files(view, is_new=True))
        ]
        known = self._files("redemption", is_new=False)
        if not parts or not known:
            return set()
        alone = f"select * from ({' union '.join(parts)})"
        if redemptions := self._files("redemption", is_new=True):
            alone += f" except select {_LINE_KEY} from {redemptions}"
        if not self.connection.execute(f"select 1 from ({alone}) limit 1").fetchone():
            return set()
        return self._dates(
            f"select distinct {_DAY.format(time='effective_at')} from {known} where ({_LINE_KEY}) in ({alone})"
        )

    def days_of_new(self, view: str, key: str, time: str) -> set[date]:
        """Return the days of a view's rows whose key was not landed before."""
        new, known = self._files(view, is_new=True), self._files(view, is_new=False)
        if not new:
            return set()
        former = f"where ({key}) not in (select {key} from {known})" if known else ""
        return self._dates(f"select distinct {_DAY.format(time=time)} from {new} {former}")

    def has_changed(self, view: str, key: str, fields: str) -> bool:
        """Return whether a new row has other values than a former one of the same key."""
        new, known = self._files(view, is_new=True), self._files(view, is_new=False)
        if not new or not known:
            return False
        former = f"from {known} where ({key}) in (select {key} from {new})"
        # Names of batches sort as their numbers do.
        newest = f"qualify row_number() over (partition by {key} order by filename desc) = 1"
        changed = (
            f"select {key}, {fields} from {new} where ({key}) in (select {key} {former}) "
            f"except (select {key}, {fields} {former} {newest})"
        )
        return self.connection.execute(f"select 1 from ({changed}) limit 1").fetchone() is not None

    def begins_earlier(self, days: dict[str, set[date]]) -> bool:
        """Return whether a tenant's figures begin earlier by the new rows, and with them its empty days.

        An event counts from the tenant's first registration on only: its sender's clock may be wrong.
        """
        found = [
            f"select tenant_id, {_DAY.format(time=_TIMES[view])} as date, {view == 'event'} as is_event from {new}"
            for view in ("entry", "event", "feedback", "redemption")
            if days[view] and (new := self._files(view, is_new=True))
        ]
        if not found:
            return False
        self.connection.execute(f"attach '{quoted(self.project.folder.warehouse)}' as warehouse (read_only)")
        row = self.connection.execute(
            f"with facts as ({' union all '.join(found)}), earliest as (select distinct * from facts) "
            "select 1 from earliest join warehouse.marts.dim_tenant using (tenant_id) "
            "where date < first_fact_date and (not is_event or date >= (select min(registered_date) "
            "  from warehouse.marts.dim_member m where m.tenant_id = earliest.tenant_id)) limit 1"
        ).fetchone()
        self.connection.execute("detach warehouse")
        return row is not None

    def _dates(self, query: str) -> set[date]:
        return {day for (day,) in self.connection.execute(query).fetchall()}

    def _files(self, view: str, *, is_new: bool) -> str | None:
        """Return the relation of a view's batches from the first unread one on, or of those before."""
        paths = [
            path
            for path in batches(self.project.folder.landing, view)
            if (int(path.stem) >= self.next_batch) == is_new
        ]
        listed = ", ".join(f"'{quoted(path)}'" for path in paths)
        return f"read_parquet([{listed}], union_by_name = true, filename = true)" if paths else None
