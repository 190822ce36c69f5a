"""The calendar that is asked for: a country's by its letters, or one's own from a file."""

from pathlib import Path

import numpy as np
import pandas as pd

from orchestration.cli.evaluate.columns import days_of, labels_of
from orchestration.cli.evaluate.table import FileRefused, read_table
from orchestration.refusal import Refusal
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.calendar.chinese import YearUnknown
from recommender.demand.calendar.country import CountryUnknown
from recommender.frames import InvalidFrame

# Distances at either end of the data need the occasions beyond them.
_YEARS_BEFORE, _YEARS_AFTER = 1, 2


class CalendarRefused(Refusal):
    """There is no such calendar."""


def calendar_of(name: str, first: np.datetime64, last: np.datetime64) -> Calendar:
    """Return the calendar of a country such as `CN` or `DE-BY`, or that of a file `date, name[, kind]`, around days.

    Raises:
        CalendarRefused: there is no such country, or its calendar does not reach so far.
        FileRefused: the file or a value in it cannot be used.
    """
    path = Path(name)
    if path.suffix or path.exists():
        return _of_file(path)
    years = (
        first.astype("datetime64[Y]").astype(int) + 1970,
        last.astype("datetime64[Y]").astype(int) + 1970,
    )
    try:
        return Calendar.of_country(name, int(years[0]) - _YEARS_BEFORE, int(years[1]) + _YEARS_AFTER)
    except (CountryUnknown, YearUnknown) as error:
        raise CalendarRefused(f"--calendar {name}: {error}") from error


def _of_file(path: Path) -> Calendar:
    table = read_table(path, required=("date", "name"), optional=("kind",))
    names = labels_of(table, "name")
    missing = np.flatnonzero(names.isna())
    if len(missing):
        table.refuse("name", int(missing[0]), "a name must be given")
    frame = pd.DataFrame({"date": days_of(table, "date"), "name": names})
    if "kind" in table.columns:
        frame["kind"] = labels_of(table, "kind")
    try:
        return Calendar.from_frame(frame)
    except InvalidFrame as error:
        raise FileRefused(f"{path}: {error}") from error
