"""The warehouse's holidays are those of the calendar by which forecasts are made."""

import csv
from datetime import date
from pathlib import Path

from recommender.demand.calendar.calendar import Calendar

SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "holidays.csv"


def test_holidays_are_the_big_occasions_of_the_forecasts_calendar() -> None:
    with SEED.open(encoding="utf-8") as file:
        seeded = [
            (date.fromisoformat(row["holiday_date"]), row["occasion_id"], row["name_zh"], row["name_en"])
            for row in csv.DictReader(file)
        ]
    calendar = Calendar.of_country("CN", seeded[0][0].year, seeded[-1][0].year)

    assert seeded == sorted(
        (row.day, row.occasion_id, row.name_zh, row.name) for row in calendar.rows if row.is_big
    )
