"""Settlement as a bookkeeper would do it by hand: one fact after another, nothing clever, nothing shared with the service."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class Bookkeeper:
    """Keeps what is yet to be stated, and each statement as {(party, day): {source: (quantity, amount)}}."""

    open: list = field(default_factory=list)
    statements: dict = field(default_factory=lambda: defaultdict(dict))

    def happened(self, party, day: date, source, quantity: int, cost: int) -> None:
        """Note pieces of a source; what is taken back comes with a negative quantity."""
        self.open.append((party, day, source, quantity, cost))

    def close(self, today: date) -> None:
        """State what is of days before today; what comes too late for its day stands on yesterday's, if that is free."""
        yesterday = today - timedelta(days=1)
        left, made = [], defaultdict(dict)
        for party, day, source, quantity, cost in self.open:
            last = max((d for p, d in self.statements if p == party), default=date.min)
            target = day if day > last else yesterday
            if day > yesterday or target <= last:
                left.append((party, day, source, quantity, cost))
                continue
            known = made[party, target].get(source, (0, 0))
            made[party, target][source] = (known[0] + quantity, known[1] + quantity * cost)
        self.open = left
        for key, lines in made.items():
            self.statements[key] = {source: line for source, line in lines.items() if line[0]}
            if not self.statements[key]:
                del self.statements[key]
