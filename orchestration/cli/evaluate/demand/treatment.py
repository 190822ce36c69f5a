"""What was done to the rows of a file before anything was learnt from them, counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Treatment:
    """One thing that was done, and to how many rows, days or series."""

    key: str
    count: int
    words: str


@dataclass
class Treatments:
    """The list of what was done, in order; what was done to nothing is left out."""

    _done: list[Treatment] = field(default_factory=list)

    def note(self, key: str, count: int, words: str) -> None:
        """Add what was done, unless it was done to nothing."""
        if count:
            self._done.append(Treatment(key, int(count), words))

    def __iter__(self) -> Iterator[Treatment]:
        """Iterate over what was done."""
        return iter(self._done)
