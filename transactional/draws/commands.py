"""What can be asked of a draw and its tickets."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from transactional.engine.commands import Command, Needs
from transactional.redemption.commands import OfRedemption, Spend


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyTicket(Spend):
    """Spend points of a member on one ticket of a draw."""

    operation: ClassVar[str] = "buy_ticket"

    draw_id: UUID

    def add_needs(self, needs: Needs) -> None:
        Spend.add_needs(self, needs)
        needs.ticket_sales.add((self.tenant_id, self.draw_id, self.member_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDraw(Command):
    """Sell no more tickets, draw no winners and put the prizes back on the shelf."""

    operation: ClassVar[str] = "cancel_draw"

    draw_id: UUID
    reason: str

    def add_needs(self, needs: Needs) -> None:
        needs.draws.add((self.tenant_id, self.draw_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleTicket(OfRedemption):
    """Let a ticket's redemption go on after its draw has ended: with its prize, without one, or cancelled."""

    operation: ClassVar[str] = "settle_ticket"

    def add_needs(self, needs: Needs) -> None:
        OfRedemption.add_needs(self, needs)
        needs.tickets.add((self.tenant_id, self.redemption_id))
