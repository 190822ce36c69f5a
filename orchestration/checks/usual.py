"""What is usual: bounds that a few odd days in the history do not move."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# Makes the median absolute deviation of a normal variable its standard deviation.
_NORMAL = 1.4826
# A quiet history must not make one step aside an alarm: counts vary by their root, and by a twentieth.
_LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Bounds:
    """Between what a value is usual."""

    low: float
    middle: float
    high: float

    def holds(self, value: float) -> bool:
        """Return whether a value is usual."""
        return self.low <= value <= self.high


def usual(history: Sequence[float], deviations: float) -> Bounds:
    """Return the median and so many robust standard deviations on either side of it.

    Raises:
        StatisticsError: there is no history.
    """
    middle = median(history)
    spread = _NORMAL * median(abs(value - middle) for value in history)
    scale = max(spread, abs(middle) ** 0.5, _LEAST_SHARE * abs(middle), 1.0)
    return Bounds(middle - deviations * scale, middle, middle + deviations * scale)
