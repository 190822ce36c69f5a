"""Forecasts, and plans for holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.literal_rows.names import (
    ACORN,
    BIRCH,
    FOOD,
    FORECAST_DAYS,
    FORECAST_ORIGIN,
    HOME,
    LAST_DATE,
    RICE,
    TEA,
    UMBRELLA,
    Tables,
    days,
    id_of,
)


def _forecasts() -> Iterator[tuple[Any, ...]]:
    first = FORECAST_ORIGIN + timedelta(days=1)
    for day in days(first, FORECAST_ORIGIN + timedelta(days=FORECAST_DAYS)):
        bump = 5.0 if day.isoweekday() >= 6 else 0.0
        series = [
            (ACORN, "item", str(TEA), "combination", 5.0),
            (ACORN, "category", FOOD, "seasonal_naive", 8.0),
            (BIRCH, "item", str(UMBRELLA), "seasonal_naive", 2.0),
            (BIRCH, "category", HOME, "seasonal_naive", 2.0),
            (ACORN, "tenant", "all", "combination", 13.0),
        ]
        for tenant_id, level, series_id, model, base in series:
            mean = base + bump
            quantiles = (mean - 2.0, mean - 0.5, mean + 3.0, mean + 4.0)
            yield tenant_id, level, series_id, day, FORECAST_ORIGIN, model, mean, *quantiles


def _what_if() -> Iterator[tuple[Any, ...]]:
    """Tea sells twice as much on a flash sale; nobody knows of BIRCH's."""
    for tenant_id, _, series_id, day, origin, _, *figures in _forecasts():
        if (tenant_id, series_id) == (ACORN, str(TEA)):
            doubled = [2 * figure for figure in figures]
            yield tenant_id, TEA, day, origin, *figures, *doubled, figures[0]


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "fct_demand_forecasts": _forecasts(),
        "fct_campaign_what_if": _what_if(),
        "fct_holiday_plans": [
            (ACORN, "labour-day", date(2026, 5, 1), date(2026, 5, 5), LAST_DATE, 2, 1, 1, date(2026, 4, 10), 110, 60,
             30_000, 90_000, 20_000, 0.8, 0.45),
            (ACORN, "dragon-boat", date(2026, 6, 19), date(2026, 6, 21), LAST_DATE, 1, 0, 0, None, 0, 0, 0, 500, 500,
             0.04, 0.04),
        ],
        "fct_platform_holiday_plans": [
            ("labour-day", date(2026, 5, 1), date(2026, 5, 5), LAST_DATE, 1, 2, 1, 1, date(2026, 4, 10), 110, 60, -10,
             30_000, 90_000, 20_000, 1.6, 0.9),
            ("dragon-boat", date(2026, 6, 19), date(2026, 6, 21), LAST_DATE, 1, 1, 0, 0, None, 0, 0, 0, 0, 500, 500,
             0.04, 0.04),
        ],
        "fct_holiday_plan_lines": [
            (ACORN, "labour-day", date(2026, 5, 1), date(2026, 5, 5), LAST_DATE, TEA, id_of(701), 570, 70, 60, 5,
             date(2026, 4, 10), date(2026, 4, 17), date(2026, 4, 20), False, 0, 0, 0, 0, -10, 0, 30_000, 0.7, 0.1,
             60_000, 5_000, 540.0, 470.0, 538.0, 620.0, "high"),
            (ACORN, "labour-day", date(2026, 5, 1), date(2026, 5, 5), LAST_DATE, RICE, id_of(701), 40, 40, 0, 0, None,
             None, date(2026, 4, 2), True, -40, 0, 0, 0, 0, 0, 0, 0.9, 0.9, 30_000, 30_000, 100.0, 60.0, 95.0, 150.0,
             "medium"),
            (ACORN, "dragon-boat", date(2026, 6, 19), date(2026, 6, 21), LAST_DATE, TEA, id_of(701), 900, 0, 0, 0, None,
             None, None, False, 0, 0, 0, 0, 0, 0, 0, 0.04, 0.04, 500, 500, 800.0, 700.0, 795.0, 890.0, "high"),
        ],
    }  # fmt: skip
