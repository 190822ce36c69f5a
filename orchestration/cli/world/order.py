"""A redemption of a simulated member to which something is still to happen."""

from typing import NamedTuple
from uuid import UUID


class Order(NamedTuple):
    """A redemption of pieces of an item; member and item are numbers, `second` is when it was paid."""

    redemption_id: UUID
    member_id: UUID
    member: int
    second: int
    item: int
    quantity: int
