"""What moved a member's lots since a past moment: a backdated debit must fit into all of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Interval:
    """Points of a lot that a hold set aside from `begins` until `ends`."""

    begins: datetime
    ends: datetime
    points: int


@dataclass(slots=True)
class History:
    """Entries and holds by lot.

    Attributes:
        entries: (effective time, amount) of each entry.
        holds: what was or is set aside; an open hold ends when it expires.
    """

    entries: dict[UUID, list[tuple[datetime, int]]] = field(default_factory=dict)
    holds: dict[UUID, list[Interval]] = field(default_factory=dict)

    def add_entry(self, lot_id: UUID, at: datetime, amount: int) -> None:
        """Note an entry that was decided after the history was read."""
        self.entries.setdefault(lot_id, []).append((at, amount))

    def free_since(self, lot_id: UUID, remaining: int, since: datetime) -> int:
        """Return the least that a lot had free at any moment from `since` on.

        Args:
            remaining: what is left of the lot after all its entries.
        """
        later = [(at, amount) for at, amount in self.entries.get(lot_id, []) if at > since]
        holds = [hold for hold in self.holds.get(lot_id, []) if hold.ends > since]
        moments = {since, *(at for at, _ in later), *(max(hold.begins, since) for hold in holds)}

        def free(moment: datetime) -> int:
            undone = sum(amount for at, amount in later if at > moment)
            held = sum(hold.points for hold in holds if hold.begins <= moment < hold.ends)
            return remaining - undone - held

        return max(0, min(free(moment) for moment in moments))

    def last_moved(self, lot_id: UUID, since: datetime, until: datetime) -> datetime:
        """Return when a lot was last moved or set aside between two moments; `since` if not at all."""
        entries = [at for at, _ in self.entries.get(lot_id, [])]
        ends = [hold.ends for hold in self.holds.get(lot_id, [])]
        return max((at for at in (*entries, *ends) if since <= at <= until), default=since)
