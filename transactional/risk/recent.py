"""How much a subject did lately: a packed histogram, exact to a second for what is fresh and coarser with age.

Each bucket carries the second of its newest attempt, so a window never counts too little: merging can only make
an attempt look younger, by less than the width of its bucket.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence

_BUCKET_BYTES = 16
# (attempts older than so many seconds, lie in buckets so many seconds wide), oldest first.
_TIERS = ((172_800, 21_600), (7_200, 900), (120, 60))
# So few buckets are not worth merging; most members never have more.
_FEW = 16
# Clocks of several processes differ and requests wait in queues. A stamp further ahead than this comes from a
# clock that was wrong: left alone, it would count against its subject until that time has come.
_DISORDER_SECONDS = 300
SHORTEST_KEPT_SECONDS = 172_800


def bucket_width(age: int) -> int:
    """Return the width in seconds of the widest bucket that attempts of an age in seconds may lie in."""
    return next((width for older_than, width in _TIERS if age > older_than), 1)


class Recent:
    """The attempts of one subject. Times are whole epoch seconds.

    Counts and points are running totals, so that a window costs one bisection however long it is. Packed, the
    three columns follow each other as numbers of 4, 4 and 8 bytes in the order of the machine.
    """

    __slots__ = ("_counts", "_points", "_seconds")

    def __init__(self, packed: bytes = b"") -> None:
        n = len(packed) // _BUCKET_BYTES
        self._seconds = array("I", packed[: 4 * n])
        self._counts = array("I", packed[4 * n : 8 * n])
        self._points = array("Q", packed[8 * n :])

    def record(self, now: int, points: int) -> None:
        """Count one attempt of so many points."""
        seconds = self._seconds
        if not seconds:
            seconds.append(now)
            self._counts.append(1)
            self._points.append(points)
            return
        count, total = self._counts[-1] + 1, self._points[-1] + points
        if seconds[-1] - now > _DISORDER_SECONDS:
            kept = bisect_left(seconds, now)
            del seconds[kept:], self._counts[kept:], self._points[kept:]
        if seconds and seconds[-1] >= now:
            self._counts[-1], self._points[-1] = count, total
        else:
            seconds.append(now)
            self._counts.append(count)
            self._points.append(total)

    def count_within(self, now: int, window: int) -> int:
        """Return how many attempts the last `window` seconds saw."""
        return _since(self._seconds, self._counts, now - window)

    def points_within(self, now: int, window: int) -> int:
        """Return how many points were attempted in the last `window` seconds."""
        return _since(self._seconds, self._points, now - window)

    def is_compact(self, keep: int) -> bool:
        """Tell whether packing would leave nothing out and merge nothing."""
        seconds = self._seconds
        return len(seconds) <= _FEW and (not seconds or seconds[0] >= seconds[-1] - keep)

    def pack(self, keep: int) -> bytes:
        """Return the bytes to store, without what is older than `keep` seconds before the newest attempt."""
        seconds = self._seconds
        if self.is_compact(keep):
            return seconds.tobytes() + self._counts.tobytes() + self._points.tobytes()
        newest = seconds[-1]
        begin = bisect_left(seconds, newest - keep)
        gone_count, gone_points = (self._counts[begin - 1], self._points[begin - 1]) if begin else (0, 0)
        kept: list[int] = []
        for older_than, width in _TIERS:
            end = bisect_left(seconds, newest - older_than, begin)
            kept.extend(_newest_of_slots(seconds, begin, end, width))
            begin = end
        kept.extend(range(begin, len(seconds)))
        columns = (
            array("I", [seconds[i] for i in kept]),
            array("I", [self._counts[i] - gone_count for i in kept]),
            array("Q", [self._points[i] - gone_points for i in kept]),
        )
        return b"".join(column.tobytes() for column in columns)


def _since(seconds: Sequence[int], totals: Sequence[int], edge: int) -> int:
    if not totals:
        return 0
    # The edge itself counts: a stamp is the floor of a time that may lie almost a second later.
    first = bisect_left(seconds, edge)
    return totals[-1] - totals[first - 1] if first else totals[-1]


def _newest_of_slots(seconds: Sequence[int], begin: int, end: int, width: int) -> list[int]:
    newest: list[int] = []
    last_slot = -1
    for index in range(begin, end):
        slot = seconds[index] // width
        if slot == last_slot:
            newest[-1] = index
        else:
            newest.append(index)
            last_slot = slot
    return newest
