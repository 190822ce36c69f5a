"""Tells the writer of a batch which rows in memory are new and which were changed."""

from dataclasses import dataclass, field
from enum import IntEnum


class Change(IntEnum):
    """What happened to a row since it was read."""

    READ = 0
    CHANGED = 1
    ADDED = 2


@dataclass(slots=True, kw_only=True)
class Tracked:
    """A row that knows what happened to it."""

    change: Change = field(default=Change.READ, compare=False)

    def touch(self) -> None:
        """Note that the row was changed; a row that is new stays new."""
        if self.change is Change.READ:
            self.change = Change.CHANGED
