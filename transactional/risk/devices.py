"""Which members turned up on a device, as far as the rules in force look back."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from uuid import UUID


class DeviceMembers:
    """The members of one device by the epoch second each was first seen on it.

    Attributes:
        first_seen: ascending seconds of the newest members; older ones may be left out.
        known: members of the current batch that were seen on it before.
        added: members that were not, with the second, to be stored.
    """

    __slots__ = ("added", "first_seen", "known")

    def __init__(self, first_seen: Iterable[int] = (), known: Iterable[UUID] = ()) -> None:
        self.first_seen = sorted(first_seen)
        self.known = set(known)
        self.added: dict[UUID, int] = {}

    def count(self, member_id: UUID, since: int) -> int:
        """Return how many members were first seen since an epoch second, with this one if it is new."""
        seen = len(self.first_seen) - bisect_left(self.first_seen, since)
        return seen if member_id in self.known else seen + 1

    def see(self, member_id: UUID, now: int) -> None:
        """Note that a member uses the device."""
        if member_id not in self.known:
            self.known.add(member_id)
            self.added[member_id] = now
            insort(self.first_seen, now)
