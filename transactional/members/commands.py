"""What can be asked of a member's record."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from transactional.engine.commands import Command, Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMember(Command):
    """Erase a person: what they did and said goes, the ledger's facts stay under an id that leads to nobody.

    Attributes:
        transfer_id: of the adjustment that takes the points that are left.
    """

    operation: ClassVar[str] = "erase"

    member_id: UUID
    transfer_id: UUID

    def add_needs(self, needs: Needs) -> None:
        member = (self.tenant_id, self.member_id)
        needs.members.add(member)
        needs.erasures.add(member)
