"""Whether the landed rows are recent enough to decide on, and how late the release is."""

from datetime import datetime, timedelta

from orchestration.landing.cursor import Cursor

# Without refreshes the schedule lands daily; two hours cover a slow run and one retry.
LATEST_AGE = timedelta(hours=26)


def is_fresh(cursor: Cursor | None, now: datetime) -> bool:
    """Return whether everything committed until 26 hours ago has been landed."""
    return cursor is not None and now - cursor.landed_at <= LATEST_AGE
