"""Why an item is not listed.

Problem
└── OptInNeeded    409  the tenant has not opted in to the item
"""

from uuid import UUID

from transactional.problems import Problem


class OptInNeeded(Problem):
    """The tenant has not opted in to the item, or no longer."""

    slug = "opt-in-needed"
    title = "The tenant has not opted in to this item"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"the tenant has not opted in to item {item_id}; only the tenant itself can, by POST /v1/opt-ins",
            item_id=str(item_id),
        )
