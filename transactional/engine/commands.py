"""What can be asked of the engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Redeem:
    """Spend points of a member on items.

    Attributes:
        key, body_hash: the client's idempotency key and the SHA-256 of what it asked.
        at: the business time of the redemption.
        asked: (item, quantity) pairs.
    """

    tenant_id: UUID
    member_id: UUID
    key: str
    body_hash: bytes
    at: datetime
    redemption_id: UUID
    asked: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Earn:
    """Credit points to a member as a new lot.

    Attributes:
        kind: `earn` is the member's own act, `grant` a gift of the tenant.
    """

    tenant_id: UUID
    member_id: UUID
    key: str
    body_hash: bytes
    at: datetime
    transfer_id: UUID
    points: int
    kind: Literal["earn", "grant"]
    reference: str | None


Command = Redeem | Earn
