"""Members' points in memory: lots by the month they were earned in, spent oldest first, gone when their time is up."""

import numpy as np

from orchestration.cli.world.catalogue import IntArray


class Points:
    """The points of all members, who begin with none.

    A month's points last until the end of the month `validity_months` later, as in the simulated programs.
    """

    def __init__(self, members: int, validity_months: int) -> None:
        self._lots = np.zeros((members, validity_months + 1), dtype=np.int64)
        self._month = 0
        self.balance: IntArray = np.zeros(members, dtype=np.int64)

    def begin_month(self) -> None:
        """Go on to the next month; the oldest lot is gone."""
        self._month = (self._month + 1) % self._lots.shape[1]
        self.balance -= self._lots[:, self._month]
        self._lots[:, self._month] = 0

    def credit(self, member: IntArray, points: IntArray) -> None:
        """Give points; a member may come more than once."""
        np.add.at(self._lots[:, self._month], member, points)
        np.add.at(self.balance, member, points)

    def spend(self, member: IntArray, points: IntArray) -> None:
        """Take points of members that come once each and have them.

        Raises:
            ValueError: a member does not have so many.
        """
        if (self.balance[member] < points).any():
            raise ValueError("a member spends more points than it has")
        n_lots = self._lots.shape[1]
        oldest_first = (self._month + 1 + np.arange(n_lots)) % n_lots
        lots = self._lots[member][:, oldest_first]
        before = lots.cumsum(axis=1) - lots
        taken = np.clip(points[:, None] - before, 0, lots)
        self._lots[member[:, None], oldest_first] = lots - taken
        self.balance[member] -= points
