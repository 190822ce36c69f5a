"""What the landed batches hold that the warehouse has not read yet, as the days whose figures it decides."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.landing.batches import batches
from orchestration.settings import DataFolder
from orchestration.sql import business_date, parquet, quoted

Span = tuple[date, date]

# kind → the view and the times, never changed once written, on whose days its rows count. A view has several
# kinds where a model counts by another of its times. Rows of `registration` count if the member is new; an
# `answer` counts on the day of its feedback, also when a line comes of what it is about; `service` is parcels and
# after-sales cases, whose times may move: the day of their redemption stands for them, too, and comes first.
TIMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "entry": ("entry", ("effective_at",)),
    "event": ("event", ("occurred_at",)),
    "feedback": ("feedback", ("answered_at",)),
    "lot": ("lot", ("active_from",)),
    "redemption": ("redemption", ("effective_at",)),
    "completion": ("redemption", ("completed_at",)),
    "ending": ("redemption", ("ended_at",)),
    "stock_movement": ("stock_movement", ("effective_at",)),
    "refusal": ("refusal", ("effective_at",)),
    "risk_assessment": ("risk_assessment", ("effective_at",)),
    "hold": ("hold", ("effective_at",)),
    "flash_sale": ("flash_sale", ("least(recorded_at, starts_at)", "closed_at")),
    "draw": ("draw", ("revealed_at",)),
    "reservation": ("reservation", ("reserved_at", "released_at")),
    "review": ("item_review", ("written_at",)),
    "chat": ("chat", ("started_at",)),
    "survey_answer": ("survey_answer", ("answered_at",)),
}
# The kinds by which a tenant's figures begin and end, with the facts of a member that they count.
_RANGED = ("entry", "event", "feedback", "redemption")
# Lines, payments and top-ups bear no time that counts; they count on the day of their redemption.
_OF_REDEMPTIONS = ("redemption_line", "entry", "payment", "top_up")
_SERVICE = {"shipment": ("shipped_at",), "after_sales_case": ("opened_at",)}
_REDEMPTION_KEY = "tenant_id, redemption_id"
_MEMBER_KEY = "tenant_id, member_id"
_OFFER_KEY = "tenant_id, item_id"
_TERMS_KEY = "tenant_id, terms_id"


def first_fact_date(folder: DataFolder) -> date | None:
    """Return the first day of any landed fact of a member, of whichever tenant; None if none has landed.

    Raises:
        duckdb.Error: a landed file is damaged.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        firsts = []
        for kind in _RANGED:
            view, (time,) = TIMES[kind]
            if paths := batches(folder.landing, view):
                query = f"select {business_date(f'min({time})')} from {parquet(paths)}"
                firsts += [day for (day,) in connection.execute(query).fetchall() if day is not None]
    return min(firsts, default=None)


@dataclass(frozen=True)
class News:
    """The landed batches, split where the warehouse had come to."""

    connection: duckdb.DuckDBPyConnection
    folder: DataFolder
    next_batch: int

    def is_new(self, view: str) -> bool:
        """Return whether a view has new rows or versions."""
        return self._files(view, is_new=True) is not None

    def days(self) -> dict[str, set[date]]:
        """Return the days of new rows and versions by their kind, also of kinds without any."""
        days = {kind: self._days_of(view, times) for kind, (view, times) in TIMES.items()}
        days["redemption"] |= self._days_of_redemptions(_OF_REDEMPTIONS)
        days["service"] = self._days_of_redemptions(_SERVICE).union(
            *(self._days_of(view, times) for view, times in _SERVICE.items())
        )
        days["registration"] = self._days_of_new_members()
        days["answer"] = days["feedback"] | self._days_of_answers()
        return days

    def has_changed(self, view: str, key: str, fields: str) -> bool:
        """Return whether a new row has other values than a former one of the same key."""
        if not (versions := self._versions(view, key, fields)):
            return False
        query = f"select 1 from ({versions}) where has_changed limit 1"
        return self.connection.execute(query).fetchone() is not None

    def begins_earlier(self, days: Mapping[str, set[date]]) -> bool:
        """Return whether a tenant's figures begin earlier by the new rows, and with them its empty days.

        An event counts from the tenant's first registration on only: its sender's clock may be wrong.
        """
        if not (facts := self._facts(days)):
            return False
        return bool(
            self._asked_of_warehouse(
                f"with facts as ({facts}) "
                "select 1 from facts join warehouse.marts.dim_tenant using (tenant_id) "
                "where date < first_fact_date and (not is_event or date >= (select min(registered_date) "
                "  from warehouse.marts.dim_member m where m.tenant_id = facts.tenant_id)) limit 1"
            )
        )

    def last_days(self, days: Mapping[str, set[date]]) -> list[Span]:
        """Return for each tenant whose figures end later by the new rows the days from the former end to the new one.

        Figures as of the last day are of both.
        """
        if not (facts := self._facts(days)):
            return []
        found = self._asked_of_warehouse(
            f"with facts as ({facts}), ends as (select tenant_id, min(date) as first, max(date) as last "
            "from facts group by tenant_id) "
            "select distinct coalesce(last_fact_date, first), last from ends "
            "left join warehouse.marts.dim_tenant using (tenant_id) "
            "where last_fact_date is null or last > last_fact_date"
        )
        return [(first, last) for first, last in found]

    def first_day_of_listings(self) -> date | None:
        """Return the first day on which another set of items is listed than the warehouse knows, if there is one.

        An offer bears its latest listing only: listed again, it leaves its former days.
        """
        return self._first_day(
            "offer",
            _OFFER_KEY,
            "listed_from, listed_until",
            begins="listed_from",
            moved="case when former.listed_from <> newer.listed_from "
            "then least(newer.listed_from, former.listed_from) else least(newer.listed_until, former.listed_until) end",
            day=business_date,
        )

    def first_day_of_terms(self) -> date | None:
        """Return the first day of which an item may have other suppliers than the warehouse knows, if there is one.

        Terms may begin in the past; afterwards only their end moves.
        """
        return self._first_day(
            "supplier_terms",
            _TERMS_KEY,
            "valid_from, valid_until",
            begins="valid_from",
            moved="least(newer.valid_until, former.valid_until)",
            day=str,
        )

    def _first_day(
        self, view: str, key: str, fields: str, *, begins: str, moved: str, day: Callable[[str], str]
    ) -> date | None:
        """Return the first day of a new row's beginning, or of what `moved` tells of two versions of a known one."""
        if not (new := self._files(view, is_new=True)):
            return None
        known = self._files(view, is_new=False)
        query = f"select min({begins}) as time from {new}"
        if known and (versions := self._versions(view, key, fields)):
            query = (
                f"{query} where ({key}) not in (select {key} from {known}) "
                f"union all select min({moved}) from ({versions}) where has_changed"
            )
        row = self.connection.execute(f"select {day('min(time)')} from ({query})").fetchone()
        return row[0] if row else None

    def _days_of(self, view: str, times: Iterable[str]) -> set[date]:
        if not (new := self._files(view, is_new=True)):
            return set()
        return {
            day
            for time in times
            for day in self._dates(
                f"select distinct {business_date(time)} from {new} where {time} is not null"
            )
        }

    def _days_of_redemptions(self, views: Iterable[str]) -> set[date]:
        """Return the days of redemptions of which rows of other views came while they themselves did not change."""
        parts = [
            f"select {_REDEMPTION_KEY} from {new} where redemption_id is not null"
            for view in views
            if (new := self._files(view, is_new=True))
        ]
        known = self._files("redemption", is_new=False)
        if not parts or not known:
            return set()
        alone = f"select * from ({' union '.join(parts)})"
        if redemptions := self._files("redemption", is_new=True):
            alone += f" except select {_REDEMPTION_KEY} from {redemptions}"
        if not self.connection.execute(f"select 1 from ({alone}) limit 1").fetchone():
            return set()
        return self._dates(
            f"select distinct {business_date('effective_at')} from {known} "
            f"where ({_REDEMPTION_KEY}) in ({alone})"
        )

    def _days_of_answers(self) -> set[date]:
        """Return the days of known answers about redemptions of which a line came: a ticket's, with its prize."""
        new, known = self._files("redemption_line", is_new=True), self._files("feedback", is_new=False)
        if not new or not known:
            return set()
        return self._dates(
            f"select distinct {business_date('answered_at')} from {known} "
            f"where ({_REDEMPTION_KEY}) in (select {_REDEMPTION_KEY} from {new})"
        )

    def _days_of_new_members(self) -> set[date]:
        new, known = self._files("member", is_new=True), self._files("member", is_new=False)
        if not new:
            return set()
        former = f"where ({_MEMBER_KEY}) not in (select {_MEMBER_KEY} from {known})" if known else ""
        return self._dates(f"select distinct {business_date('registered_at')} from {new} {former}")

    def _versions(self, view: str, key: str, fields: str) -> str | None:
        """Return a query of new versions, as `newer`, beside the `former` of the same key, or None without any."""
        new, known = self._files(view, is_new=True), self._files(view, is_new=False)
        if not new or not known:
            return None
        # Names of batches sort as their numbers do.
        newest = f"qualify row_number() over (partition by {key} order by filename desc) = 1"
        row = "struct_pack(" + ", ".join(f"{name} := {name}" for name in fields.split(", ")) + ")"
        return (
            f"select newer, former, newer is distinct from former as has_changed from "
            f"(select {key}, {row} as newer from {new} {newest}) join "
            f"(select {key}, {row} as former from {known} where ({key}) in (select {key} from {new}) {newest}) "
            f"using ({key})"
        )

    def _facts(self, days: Mapping[str, set[date]]) -> str | None:
        """Return a query of the tenants and days with new facts of members, or None without any."""
        found = []
        for kind in _RANGED:
            view, (time,) = TIMES[kind]
            if days[kind] and (new := self._files(view, is_new=True)):
                day = business_date(time)
                # An impression is no fact of a member.
                among = " where kind <> 'impression'" if kind == "event" else ""
                found.append(
                    f"select tenant_id, {day} as date, {kind == 'event'} as is_event from {new}{among}"
                )
        return " union ".join(found) if found else None

    def _asked_of_warehouse(self, query: str) -> list[tuple[date, ...]]:
        self.connection.execute(f"attach '{quoted(self.folder.warehouse)}' as warehouse (read_only)")
        rows = self.connection.execute(query).fetchall()
        self.connection.execute("detach warehouse")
        return rows

    def _dates(self, query: str) -> set[date]:
        return {day for (day,) in self.connection.execute(query).fetchall()}

    def _files(self, view: str, *, is_new: bool) -> str | None:
        """Return the relation of a view's batches from the first unread one on, or of those before."""
        paths = [
            path
            for path in batches(self.folder.landing, view)
            if (int(path.stem) >= self.next_batch) == is_new
        ]
        return parquet(paths, "filename = true") if paths else None
