"""What is refused because a brand is sold only under an authorisation, or an item under a licence.

Problem
├── AuthorisationNeeded    409  nobody may sell the brand of the item on the day
├── LicenceNeeded          409  no supplier of the item has the licence on the day
└── SupplierNotAuthorised  409  the supplier may not sell the brand of the item
"""

from datetime import date
from uuid import UUID

from transactional.problems import Problem


class AuthorisationNeeded(Problem):
    """Nobody may sell the brand of the item on the day."""

    slug = "brand-authorisation-needed"
    title = "The brand is sold only under an authorisation"
    status = 409

    def __init__(self, item_id: UUID, brand: str, day: date) -> None:
        super().__init__(
            f"item {item_id} is of the brand {brand}, which is sold only under an authorisation, and no supplier that "
            f"is active has a verified one for {day} (of a known brand: of level 1); hand it in by "
            "POST /v1/suppliers/…/documents",
            item_id=str(item_id),
            brand=brand,
        )


class LicenceNeeded(Problem):
    """No supplier of the item has the licence on the day."""

    slug = "licence-needed"
    title = "The item is sold only under a licence"
    status = 409

    def __init__(self, item_id: UUID, licence: str, day: date) -> None:
        super().__init__(
            f"item {item_id} is sold only under a {licence}, and no supplier of it that is active has a verified one for "
            f"{day}; hand it in by POST /v1/suppliers/…/documents",
            item_id=str(item_id),
            licence=licence,
        )


class SupplierNotAuthorised(Problem):
    """The supplier may not sell the brand of the item."""

    slug = "supplier-not-authorised"
    title = "The supplier has no authorisation of the brand"
    status = 409

    def __init__(self, supplier_id: UUID, item_id: UUID, brand: str, day: date) -> None:
        super().__init__(
            f"supplier {supplier_id} has no authorisation of the brand {brand} for {day}, of which item {item_id} is "
            "(of a known brand: of level 1); order elsewhere or have its renewal verified",
            supplier_id=str(supplier_id),
            item_id=str(item_id),
            brand=brand,
        )
