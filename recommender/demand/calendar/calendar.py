"""The calendar a forecast knows ahead: occasions with their days, days off, and weekend days that are worked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.calendar import chinese, country
from recommender.demand.calendar.names import slug
from recommender.demand.calendar.occasion import (
    KINDS,
    Days,
    Occasion,
    Row,
    as_days,
    first_of_runs,
    signed_distance,
)
from recommender.frames import InvalidFrame, refuse_rows, require_columns, require_text

_SATURDAY_AND_SUNDAY = (5, 6)
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, and Monday is 0


@dataclass(frozen=True)
class Calendar:
    """Occasions and days off of the years `first_year` to `last_year`; nothing is known of other years.

    Attributes:
        rows: occurrences by day.
        off_days: days off besides weekends, sorted.
        worked_days: weekend days that are worked in exchange, sorted.
        weekend: weekdays that are off, Monday is 0.
    """

    first_year: int
    last_year: int
    rows: tuple[Row, ...]
    off_days: Days = field(default_factory=lambda: as_days([]))
    worked_days: Days = field(default_factory=lambda: as_days([]))
    weekend: tuple[int, ...] = _SATURDAY_AND_SUNDAY

    @classmethod
    def of_country(cls, code: str, first_year: int, last_year: int) -> Self:
        """Return the calendar of a country such as `CN` or `DE`, or of a part of one such as `DE-BY`.

        China's is its own, with shopping festivals; those of others are their public holidays and the days on
        which shops sell most.

        Raises:
            YearUnknown: the lunar days of a year are known to nobody yet.
            CountryUnknown: there is no such country.
        """
        years = range(first_year, last_year + 1)
        found = chinese.of_years(years) if code.upper() == "CN" else country.of_years(code, years)
        return cls(
            first_year,
            last_year,
            tuple(sorted(found.rows)),
            as_days(found.off_days),
            as_days(found.worked_days),
            found.weekend,
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Self:
        """Return a calendar of one's own: `date, name[, kind]`; rows of one name are one occasion.

        Of consecutive days of one occasion, the first is its day. Rows without a kind are holidays; holidays are days off.

        Raises:
            InvalidFrame: a column is missing, or a value cannot be used.
        """
        rows = _rows_of(frame)
        if not rows:
            raise InvalidFrame("a calendar must have at least one row")
        off_days = as_days(row.day for row in rows if row.kind == "holiday")
        return cls(rows[0].day.year, rows[-1].day.year, first_of_runs(rows), off_days)

    def with_occasions(self, frame: pd.DataFrame) -> Self:
        """Return this calendar with occasions of a tenant's own, `date, name[, kind]`; without a kind, campaigns.

        Raises:
            InvalidFrame: a column is missing, or a value cannot be used.
        """
        return self._with(first_of_runs(_rows_of(frame, kind="campaign")))

    def with_member_days(self, day_of_month: int) -> Self:
        """Return this calendar with a member day each month; in a shorter month it is the last day."""
        months = np.arange(f"{self.first_year}-01", f"{self.last_year + 1}-01", dtype="datetime64[M]")
        last = (months + 1).astype("datetime64[D]") - 1
        days = np.minimum(months.astype("datetime64[D]") + (day_of_month - 1), last)
        return self._with(
            Row(day, "member-day", "Member day", "member-day", name_zh="会员日")
            for day in days.astype(object)
        )

    def occasions(self) -> list[Occasion]:
        """Return every occasion with its days, by id."""
        return list(self._by_id.values())

    def signed_distance(self, occasion_id: str, days: Days) -> NDArray[np.int64]:
        """Return days from the nearest occurrence, shape as `days`: negative before it, positive after.

        Raises:
            KeyError: the calendar has no such occasion.
        """
        return signed_distance(self._by_id[occasion_id].days, _as_day(days))

    def nearest(
        self, days: Days, *, within: int, occasion_ids: Iterable[str] | None = None
    ) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        """Return the nearest occasion's id of each day and the signed distance to it, both of the shape of `days`.

        Where none is within so many days, the id is "" and the distance 0. Of two that are equally near, a coming one
        is taken, then the one whose id comes first.
        """
        asked = _as_day(days)
        ids = np.full(asked.shape, "", dtype=object)
        distances = np.zeros(asked.shape, dtype=np.int64)
        best = np.full(asked.shape, 2 * within + 2, dtype=np.int64)
        wanted = self._by_id if occasion_ids is None else occasion_ids
        for occasion_id in sorted(wanted):
            distance = signed_distance(self._by_id[occasion_id].days, asked)
            # Doubled, so that a coming day wins over one as far gone.
            rank = 2 * np.abs(distance) + (distance > 0)
            is_nearer = (rank < best) & (np.abs(distance) <= within)
            ids[is_nearer] = occasion_id
            distances[is_nearer] = distance[is_nearer]
            best[is_nearer] = rank[is_nearer]
        return ids, distances

    def is_off(self, days: Days) -> NDArray[np.bool_]:
        """Tell of each day whether people are off: a weekend that is not worked, or a day off."""
        asked = _as_day(days)
        weekday = (asked.astype(np.int64) + _EPOCH_WEEKDAY) % 7
        is_weekend = np.isin(weekday, self.weekend) & ~np.isin(asked, self.worked_days)
        return is_weekend | np.isin(asked, self.off_days)

    @cached_property
    def _by_id(self) -> dict[str, Occasion]:
        grouped: dict[str, list[Row]] = {}
        for row in sorted(self.rows, key=lambda row: (row.occasion_id, row.day)):
            grouped.setdefault(row.occasion_id, []).append(row)
        return {
            key: Occasion(
                key, rows[-1].name, rows[-1].name_zh, rows[-1].kind, rows[-1].is_big, as_days(row.day for row in rows)
            )
            for key, rows in grouped.items()
        }  # fmt: skip

    def _with(self, rows: Iterable[Row]) -> Self:
        return type(self)(
            self.first_year, self.last_year, tuple(sorted({*self.rows, *rows})), self.off_days, self.worked_days,
            self.weekend,
        )  # fmt: skip


def _as_day(days: Days) -> Days:
    return np.asarray(days).astype("datetime64[D]")


def _rows_of(frame: pd.DataFrame, kind: str = "holiday") -> tuple[Row, ...]:
    require_columns(frame, ("date", "name"))
    names = require_text(frame["name"]).str.strip()
    refuse_rows(frame["date"], frame["date"].isna(), "a date must be given")
    try:
        days = pd.to_datetime(frame["date"]).dt.date
    except (ValueError, TypeError) as error:
        raise InvalidFrame(f"Column 'date' must hold dates: {error}.") from error
    kinds = frame["kind"].fillna(kind) if "kind" in frame.columns else pd.Series(kind, index=frame.index)
    refuse_rows(kinds, ~kinds.isin(KINDS), f"must be one of {', '.join(KINDS)}")
    found: set[Row] = set()
    for day, name, of_kind in zip(days, names, kinds, strict=True):
        found.add(Row(day, slug(name), name, of_kind, is_big=of_kind == "holiday"))
    return tuple(sorted(found))
