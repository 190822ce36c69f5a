"""What is known of each series and period besides its demand: promotions, prices, opening days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Covariates:
    """Named arrays (series, periods), aligned with the first period of the values; NaN is not known.

    Attributes:
        values: may be wider than the demand's where the future is known.
        known_ahead: names of those that are known before the day comes, such as announced promotions.
    """

    values: Mapping[str, Floats] = field(default_factory=dict)
    known_ahead: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in order."""
        return iter(sorted(self.values))

    def until(self, periods: int, ahead: int | None) -> "Covariates":
        """Return what was known after so many periods: those known ahead reach `ahead` periods further.

        Without `ahead` everything that is known ahead stays. What is not known ahead ends with the demand.
        """
        cut = {
            name: value[:, : _end(periods, ahead)] if name in self.known_ahead else value[:, :periods]
            for name, value in self.values.items()
        }
        return Covariates(cut, self.known_ahead)

    def take(self, series: NDArray[np.int64]) -> "Covariates":
        """Return the covariates of some series."""
        return Covariates({name: value[series] for name, value in self.values.items()}, self.known_ahead)

    def copied(self) -> "Covariates":
        """Return read-only copies, from which nothing that was cut off can be reached."""
        copies = {}
        for name, value in self.values.items():
            copies[name] = value.copy()
            copies[name].flags.writeable = False
        return Covariates(copies, self.known_ahead)


def _end(periods: int, ahead: int | None) -> int | None:
    return None if ahead is None else periods + ahead
