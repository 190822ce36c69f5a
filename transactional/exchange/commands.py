"""What can be asked of exchanges."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from transactional.engine.commands import Command, Needs
from transactional.redemption.commands import Spend


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePoints(Spend):
    """Take up a quote of the member; the redemption's id becomes the exchange's."""

    operation: ClassVar[str] = "exchange"

    quote_id: UUID

    def add_needs(self, needs: Needs) -> None:
        Spend.add_needs(self, needs)
        needs.quotes.add((self.tenant_id, self.quote_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseExchange(Command):
    """Take credited points back and give the others their points and the fee back.

    Either of the two tenants may ask.

    Attributes:
        to_points: how many of the credited points; None means all that were not taken back before.
    """

    operation: ClassVar[str] = "reverse_exchange"

    exchange_id: UUID
    reversal_id: UUID
    to_points: int | None
    reason: str

    def add_needs(self, needs: Needs) -> None:
        needs.exchanges.add((self.tenant_id, self.exchange_id))
