"""Which of the pieces in a warehouse are past their last day, by the rule that what expires first goes out first."""

from collections.abc import Collection, Mapping
from datetime import date


def expired(
    batches: Mapping[date, int],
    *,
    lying: int,
    came: int,
    known: Collection[date],
    set_aside: int,
    today: date,
) -> dict[date, int]:
    """Return by last day how many pieces are left of what expired and was not looked at before, 0 included.

    What came without a last day goes out last of all. What was known to have expired no longer goes out.

    Args:
        batches: pieces that came to the warehouse, by their last day.
        lying: pieces that lie there.
        came: pieces that ever came there, with and without a last day; those carried away and back, once.
        known: last days that were looked at when they were over.
        set_aside: pieces found then that nobody has taken off the books yet.
    """
    left = lying - set_aside - max(came - sum(batches.values()), 0)
    found = {}
    for last_day in sorted(set(batches) - set(known), reverse=True):
        kept = max(min(batches[last_day], left), 0)
        left -= kept
        if last_day < today:
            found[last_day] = kept
    return found
