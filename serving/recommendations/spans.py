"""Where the rows of each member begin and end, among rows that are sorted by the place of their member."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Spans:
    """The spans of rows, found once for all members.

    Args:
        places: of each row the place of its member, rising.
    """

    def __init__(self, places: NDArray[Any]) -> None:
        last = int(places[-1]) if len(places) else -1
        self._starts = np.searchsorted(places, np.arange(last + 2))

    def of_member(self, place: int) -> tuple[int, int]:
        """Return the first of a member's rows and the one after the last."""
        # Nobody behind the last member with rows has any.
        if place + 1 >= len(self._starts):
            return 0, 0
        return self._starts.item(place), self._starts.item(place + 1)
