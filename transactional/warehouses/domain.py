"""Warehouses, and the rule by which pieces that left or came without naming one are settled among them.

Problem
├── UnknownWarehouse    404  the tenant has no such warehouse
├── WarehouseExists     409  the code names a warehouse with other particulars
├── WarehouseClosed     409  the warehouse is not active
├── StillHoldsStock     409  a warehouse with pieces cannot be closed
├── TooFewInWarehouse   409  fewer pieces lie there than are to be taken
└── ActExists           409  the reference names another relocation or correction
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

MAX_PIECES = 1_000_000_000


class UnknownWarehouse(Problem):
    """The tenant has no such warehouse."""

    slug = "unknown-warehouse"
    title = "No such warehouse"
    status = 404

    def __init__(self, warehouse: UUID | str) -> None:
        super().__init__(
            f"your tenant has no warehouse {warehouse}; GET /v1/warehouses lists them",
            warehouse_id=str(warehouse),
        )


class WarehouseExists(Problem):
    """The code names a warehouse with other particulars."""

    slug = "warehouse-exists"
    title = "The code is taken"
    status = 409

    def __init__(self, code: str, warehouse_id: UUID) -> None:
        super().__init__(
            f"the code {code!r} names a warehouse with other particulars; change that one or choose another code",
            warehouse_id=str(warehouse_id),
        )


class WarehouseClosed(Problem):
    """The warehouse is not active."""

    slug = "warehouse-closed"
    title = "The warehouse is not active"
    status = 409

    def __init__(self, warehouse_id: UUID) -> None:
        super().__init__(
            f"warehouse {warehouse_id} is not active; name another one, or make it active first",
            warehouse_id=str(warehouse_id),
        )


class StillHoldsStock(Problem):
    """A warehouse with pieces, or the default one, cannot be closed."""

    slug = "warehouse-in-use"
    title = "The warehouse is in use"
    status = 409

    def __init__(self, warehouse_id: UUID, why: str) -> None:
        super().__init__(f"warehouse {warehouse_id} {why}", warehouse_id=str(warehouse_id))


class TooFewInWarehouse(Problem):
    """Fewer pieces lie there than are to be taken."""

    slug = "too-few-in-warehouse"
    title = "Too few pieces in the warehouse"
    status = 409

    def __init__(self, warehouse_id: UUID, item_id: UUID, *, asked: int, there: int) -> None:
        super().__init__(
            f"{asked} pieces of item {item_id} are to leave warehouse {warehouse_id}, where {there} lie",
            warehouse_id=str(warehouse_id),
            item_id=str(item_id),
            asked=asked,
            there=there,
        )


class ActExists(Problem):
    """The reference names another relocation or correction."""

    slug = "reference-taken"
    title = "The reference was used before"
    status = 409

    def __init__(self, reference: str, act: str) -> None:
        act = act.replace("_", " ")
        super().__init__(f"the reference {reference!r} names another {act}; use a new one for a new {act}")


CorrectionKind = Literal["count", "damage", "loss", "found", "return", "erp_sync"]
# What a person corrects; a statement of the ERP corrects by itself.
KindByHand = Literal["count", "damage", "loss", "found", "return"]


def is_of_kind(kind: CorrectionKind, quantity: int) -> bool:
    """Tell whether a correction of a kind may be of so many pieces: damage only takes away, what is found only adds."""
    if kind in ("damage", "loss"):
        return quantity < 0
    return quantity > 0 if kind in ("found", "return") else quantity != 0


@dataclass(frozen=True)
class NewWarehouse:
    """A warehouse to add; `code` is the tenant's own name of it.

    Attributes:
        capacity_units: room in storage units, of which an item's piece takes some; None where nobody measured.
        rank: the smallest ships first.
    """

    code: str
    name: str
    region: str
    capacity_units: int | None = None
    rank: int = 100


@dataclass(frozen=True)
class Place:
    """So many pieces of an item in a warehouse."""

    warehouse_id: UUID
    quantity: int


def settled(held: Sequence[Place], total: int, default: UUID) -> list[Place]:
    """Return what has to be added to each place for all of them to hold `total`; negative takes away.

    What is too much was redeemed, and leaves the places in their order, each until it is empty. What is missing came
    back, or came in without a warehouse's name, and lies in the default one. Only changes other than 0 are returned.

    Args:
        held: places in the order in which they ship, none negative.
        total: pieces of the item in the house, at least 0.
    """
    too_many = sum(place.quantity for place in held) - total
    if too_many < 0:
        return [Place(default, -too_many)]
    changes = []
    for place in held:
        taken = min(place.quantity, too_many)
        too_many -= taken
        if taken:
            changes.append(Place(place.warehouse_id, -taken))
    return changes


def with_changes(held: Sequence[Place], changes: Sequence[Place]) -> list[Place]:
    """Return the places after changes, those that hold nothing left out."""
    quantities = {place.warehouse_id: place.quantity for place in held}
    for change in changes:
        quantities[change.warehouse_id] = quantities.get(change.warehouse_id, 0) + change.quantity
    return [Place(warehouse_id, quantity) for warehouse_id, quantity in quantities.items() if quantity]
