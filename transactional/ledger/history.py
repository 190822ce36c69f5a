"""What moved a member's lots since a past moment: a backdated debit must fit into all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SetAside:
    """Points by lot that a hold set aside from `begins` until `ends`."""

    begins: datetime
    ends: datetime
    shares: Mapping[UUID, int]


@dataclass(slots=True)
class History:
    """Entries by lot, and holds.

    Attributes:
        entries: (effective time, amount) of each entry of a lot.
        holds: what was or is set aside, by hold; an open hold ends when it expires.
    """

    entries: dict[UUID, list[tuple[datetime, int]]] = field(default_factory=dict)
    holds: dict[UUID, SetAside] = field(default_factory=dict)

    def add_entry(self, lot_id: UUID, at: datetime, amount: int) -> None:
        """Note an entry, read or decided."""
        self.entries.setdefault(lot_id, []).append((at, amount))

    def note_hold(self, hold_id: UUID, set_aside: SetAside) -> None:
        """Note a hold as it is now; decided in this batch, it replaces what was read."""
        self.holds[hold_id] = set_aside

    def free_since(self, lot_id: UUID, remaining: int, since: datetime) -> int:
        """Return the least that a lot had free at any moment from `since` on.

        Args:
            remaining: what is left of the lot after all its entries.
        """
        later = [(at, amount) for at, amount in self.entries.get(lot_id, []) if at > since]
        holds = [hold for hold in self.holds.values() if lot_id in hold.shares and hold.ends > since]
        moments = {since, *(at for at, _ in later), *(max(hold.begins, since) for hold in holds)}

        def free(moment: datetime) -> int:
            undone = sum(amount for at, amount in later if at > moment)
            held = sum(hold.shares[lot_id] for hold in holds if hold.begins <= moment < hold.ends)
            return remaining - undone - held

        return max(0, min(free(moment) for moment in moments))

    def last_moved(self, lot_id: UUID, since: datetime, until: datetime) -> datetime:
        """Return when a lot was last moved or set aside between two moments; `since` if not at all."""
        entries = [at for at, _ in self.entries.get(lot_id, [])]
        ends = [hold.ends for hold in self.holds.values() if lot_id in hold.shares]
        return max((at for at in (*entries, *ends) if since <= at <= until), default=since)
