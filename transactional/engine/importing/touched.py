"""What commands of the past have changed of a book since it was last written."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from transactional.engine.book import Book
from transactional.engine.commands import Slot
from transactional.engine.importing.refusals import CannotBeImported
from transactional.ledger.commands import Earn, ExpireLots
from transactional.redemption.commands import Cancel, Progress, Redeem, Refund, Review, TimeOut
from transactional.risk.devices import DeviceMembers
from transactional.risk.judge import Attempt, RiskState, RuleBook
from transactional.risk.recent import Recent

_OF_MEMBERS = frozenset({Earn, ExpireLots})
_OF_REDEMPTIONS = frozenset({Cancel, Progress, Refund, Review, TimeOut})


class Touched:
    """The members, redemptions and devices of a book that are to be written; false while there are none."""

    def __init__(self, book: Book):
        """Begin with nothing."""
        self._book = book
        self._members: set[Slot] = set()
        self._redemptions: set[Slot] = set()
        self._devices: set[tuple[UUID, bytes]] = set()

    def __bool__(self) -> bool:
        """Tell whether anything was changed: each command is a member's."""
        return bool(self._members)

    def clear(self) -> None:
        """Forget what was changed, once it is written."""
        for changed in (self._members, self._redemptions, self._devices):
            changed.clear()

    def note(self, command: Any) -> None:
        """Note what a command may change, and have what the risk rules count of its subjects.

        Raises:
            CannotBeImported: it takes cash, or is about a draw, an exchange, a hold or a correction.
        """
        # Not by isinstance, which is slow for abstract classes and would be a tenth of all the time.
        kind = type(command)
        if kind is Redeem and command.cash is None:
            self._count(command.attempt)
            self._members.add((command.tenant_id, command.member_id))
            self._redemptions.add((command.tenant_id, command.redemption_id))
        elif kind in _OF_MEMBERS:
            self._members.add((command.tenant_id, command.member_id))
        elif kind in _OF_REDEMPTIONS:
            slot = (command.tenant_id, command.redemption_id)
            redemption = self._book.redemptions.get(slot)
            if redemption is not None:
                self._redemptions.add(slot)
                self._members.add((command.tenant_id, redemption.member_id))
        else:
            raise CannotBeImported(f"{command.operation} cannot be imported")

    def _count(self, attempt: Attempt) -> None:
        risk = self._book.risk
        rules: RuleBook | None = risk.books.get(attempt.tenant_id)
        if rules is None:
            return
        for dimension, subject in attempt.subjects():
            if dimension in rules.kept_seconds:
                risk.recents.setdefault((attempt.tenant_id, dimension, subject), Recent())
        if attempt.device is not None and rules.device_days:
            device = (attempt.tenant_id, attempt.device)
            risk.device_members.setdefault(device, DeviceMembers())
            self._devices.add(device)

    def part(self) -> Book:
        """Return a book that shares what was changed with the one in memory."""
        whole = self._book
        risk = RiskState(
            books=whole.risk.books,
            device_members={device: whole.risk.device_members[device] for device in self._devices},
        )
        return replace(
            whole,
            accounts={slot: whole.accounts[slot] for slot in self._members if slot in whole.accounts},
            redemptions={
                slot: whole.redemptions[slot] for slot in self._redemptions if slot in whole.redemptions
            },
            risk=risk,
        )
