"""The extra points that a campaign gives for an earning: a gift of their own, with a lot like that of the earning."""

from uuid import UUID

from transactional.identifiers import derived


def extra_of(transfer_id: UUID) -> UUID:
    """Return the id that the extra points of an earning have, if there are any."""
    return derived(transfer_id, 30)


def return_of_extra(transfer_id: UUID) -> UUID:
    """Return the id of what takes extra points back together with a return or correction of their earning."""
    return derived(transfer_id, 31)


def reference_of(campaign_id: UUID) -> str:
    """Return the reference of extra points, which names their campaign."""
    return f"campaign:{campaign_id}"


def due_back(extra: int, earned: int, *, left: int, returned: int) -> int:
    """Return how many extra points go back when only `left` of the points earned stay.

    Those that stay keep their part of the extra points, rounded down.

    Args:
        extra, earned: how many there were.
        returned: how many of the extra points went back before.
    """
    return max(0, extra - returned - extra * left // earned)
