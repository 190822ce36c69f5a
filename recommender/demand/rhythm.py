"""How time is cut: the lengths, in periods, of a week, a year and the window that tells the recent level."""

from dataclasses import dataclass
from typing import Self

DAY, WEEK = 1, 7


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Lengths in periods of `step_days` days each.

    Attributes:
        week: periods after which a week has passed; 1 where a period is a week.
        window: periods that tell the recent level: four weeks of days, or eight weeks.
        year: periods of 52 weeks, after which the same weekday comes again.
    """

    step_days: int
    week: int
    window: int
    year: int

    @classmethod
    def of(cls, step_days: int) -> Self:
        """Return the rhythm of daily or weekly values.

        Raises:
            ValueError: a period is neither a day nor a week.
        """
        if step_days == DAY:
            return cls(DAY, 7, 28, 364)
        if step_days == WEEK:
            return cls(WEEK, 1, 8, 52)
        raise ValueError(f"a period must be {DAY} day or {WEEK} days, got {step_days}")
