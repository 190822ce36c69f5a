"""What can be refused about parcels and compensations, each with a sentence to act on.

Problem
├── UnknownShipment      404  the tenant has no such shipment
├── UnknownCompensation  404  the tenant has no such compensation
├── ShipmentExists       409  the reference or the tracking number names another shipment
├── NotToBeShipped       409  the redemption's state, or what it is of, leaves nothing to be shipped
├── TooManyPieces        409  more pieces of a line are to be shipped than are left
└── CompensationSettled  409  it was settled otherwise before
"""

from uuid import UUID

from transactional.problems import Problem


class UnknownShipment(Problem):
    """The tenant has no such shipment."""

    slug = "unknown-shipment"
    title = "No such shipment"
    status = 404

    def __init__(self, shipment_id: UUID) -> None:
        super().__init__(
            f"your tenant has no shipment {shipment_id}; GET /v1/shipments lists them",
            shipment_id=str(shipment_id),
        )


class UnknownCompensation(Problem):
    """The tenant has no such compensation."""

    slug = "unknown-compensation"
    title = "No such compensation"
    status = 404

    def __init__(self, compensation_id: UUID) -> None:
        super().__init__(
            f"your tenant has no compensation {compensation_id}; GET /v1/compensations lists them",
            compensation_id=str(compensation_id),
        )


class ShipmentExists(Problem):
    """The reference or the tracking number names another shipment."""

    slug = "shipment-exists"
    title = "There is another shipment of this name"
    status = 409

    def __init__(self, shipment_id: UUID) -> None:
        super().__init__(
            "the reference or the tracking number names a shipment with other particulars; look at that one first",
            shipment_id=str(shipment_id),
        )


class NotToBeShipped(Problem):
    """Nothing of the redemption is left to be shipped."""

    slug = "not-to-be-shipped"
    title = "Nothing is to be shipped"
    status = 409

    def __init__(self, redemption_id: UUID, why: str) -> None:
        super().__init__(
            f"nothing of redemption {redemption_id} is to be shipped: {why}", redemption_id=str(redemption_id)
        )


class TooManyPieces(Problem):
    """More pieces of a line are to be shipped than are left."""

    slug = "too-many-pieces"
    title = "Fewer pieces are left to be shipped"
    status = 409

    def __init__(self, line_no: int, *, asked: int, left: int) -> None:
        super().__init__(
            f"{asked} pieces of line {line_no} were to be shipped and {left} are in no parcel yet",
            line_no=line_no,
            asked=asked,
            left=left,
        )


class CompensationSettled(Problem):
    """The compensation was settled otherwise before."""

    slug = "compensation-settled"
    title = "The compensation is settled"
    status = 409

    def __init__(self, compensation_id: UUID, outcome: str, by: str) -> None:
        super().__init__(
            f"{by} has settled the compensation as {outcome}",
            compensation_id=str(compensation_id),
            outcome=outcome,
        )
