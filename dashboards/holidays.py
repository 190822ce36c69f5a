"""The big holidays: which are near, what they are called, and when they were the year before."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts
from dashboards.words import Words

# Another year's holiday is at least so far away; Spring Festival moves by up to a month.
_ANOTHER_YEAR = 300

# The holidays are everybody's; the tenant is only there because every question names one.
_HOLIDAYS = """
    select h.occasion_id, h.holiday_date, h.name_zh, h.name_en
    from marts.dim_holiday h
    join marts.dim_tenant t on t.tenant_id = $tenant_id
    where h.holiday_date between $first and $last
    order by h.holiday_date, h.occasion_id
"""
_NAMES = """
    select h.occasion_id, any_value(h.name_zh) as name_zh, any_value(h.name_en) as name_en
    from marts.dim_holiday h
    join marts.dim_tenant t on t.tenant_id = $tenant_id
    group by h.occasion_id
"""
_YEAR_BEFORE = """
    select max(h.holiday_date) as holiday_date
    from marts.dim_holiday h
    join marts.dim_tenant t on t.tenant_id = $tenant_id
    where h.occasion_id = $occasion_id and h.holiday_date <= $latest
"""


@dataclass(frozen=True)
class Holiday:
    """An occasion of a year: its day, and the last day that it is planned for."""

    occasion_id: str
    first_day: date
    last_day: date

    @property
    def key(self) -> str:
        """Return what the address bar calls it."""
        return f"{self.occasion_id}_{self.first_day:%Y-%m-%d}"


def holidays_between(marts: TenantMarts, first: date, last: date) -> pd.DataFrame:
    """Return occasion_id, holiday_date, name_zh, name_en of the holidays from a day to another, by day."""
    return marts.rows(_HOLIDAYS, first=first, last=last)


def holiday_names(marts: TenantMarts, words: Words) -> dict[str, str]:
    """Return the names of the occasions in the reader's language, by their id."""
    rows = marts.rows(_NAMES)
    return dict(zip(rows["occasion_id"], rows[f"name_{words.language}"], strict=True))


def year_before(marts: TenantMarts, holiday: Holiday) -> date | None:
    """Return the day of the same holiday in the year before, None if the calendar does not reach so far."""
    latest = holiday.first_day - pd.Timedelta(days=_ANOTHER_YEAR)
    found = marts.rows(_YEAR_BEFORE, occasion_id=holiday.occasion_id, latest=latest)["holiday_date"].dropna()
    return None if found.empty else found.iloc[0].date()
