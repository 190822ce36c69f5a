"""How large the measured mall is, and how its history grows."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

# One more day is a peak day: this share of the whole history, which has this many days.
_NEW_SHARE = 100
_DAYS = 400
# Of five credits four are redeemed and one expires; each of the two transfers has two entries.
_ENTRIES_OF_A_PAIR = 4
# A tenth of the whole history is the least that a point of the series has.
_TENTHS = 10
# The day after history's last one: then a month is about half over at each point of the series, and a build that reads
# the changed month reads as much of it at each. With another day it would be four days at one and 29 at the other.
_DAY_AFTER = 16


def latest_end(today: date) -> date:
    """Return the latest day that may follow a history whose points compare, no later than today."""
    last_month = today.replace(day=1) - timedelta(days=1)
    return (today if today.day >= _DAY_AFTER else last_month).replace(day=_DAY_AFTER)


@dataclass(frozen=True)
class Plan:
    """The size of the mall at the end of the series, before its last days.

    Attributes:
        series: how many tenths of the history there are at each point; the last has the whole.
        more_days: how many more days are measured one after another at each point; the middle one counts, for a
            single one says as much of the machine's other work as of ours.
        days: of the whole history.
        today: the Asia/Shanghai day after the last one that has facts.
        data_dir: a folder that is kept, with its database; None means one that is deleted afterwards.
        rivals: whether PostgreSQL and pandas compute the same KPIs beside.
    """

    out: Path
    today: date
    entries: int = 10_000_000
    events: int = 10_000_000
    redemptions: int = 2_000_000
    members: int = 200_000
    items: int = 2_000
    tenants: int = 4
    series: tuple[int, ...] = (1, 3, _TENTHS)
    more_days: int = 3
    days: int = _DAYS
    data_dir: Path | None = None
    rivals: bool = True

    @property
    def pairs(self) -> int:
        """Return the pairs of a credit and the debit that uses it up."""
        return max(self.entries // _ENTRIES_OF_A_PAIR, self.redemptions)

    @property
    def first_day(self) -> date:
        """Return the Asia/Shanghai day on which history begins."""
        return self.today - timedelta(days=self.days + self.more_days)

    def share(self, total: int, times: int) -> int:
        """Return how many of a total there are once history has `times` tenths of its length."""
        return total * times // _TENTHS

    def days_until(self, times: int) -> int:
        """Return how many days history has at a point of the series."""
        return self.days * times // _TENTHS

    def new(self, total: int) -> int:
        """Return how many of a kind one more day brings: 1 % of the whole."""
        return max(1, total // _NEW_SHARE)
