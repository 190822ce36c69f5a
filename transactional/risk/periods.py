"""From when until when a new rule or block counts, as a request says it."""

from datetime import datetime

from transactional.problems import InvalidRequest


def period(
    first: datetime | None, last: datetime | None, now: datetime, *, first_field: str = "valid_from"
) -> tuple[datetime, datetime | None]:
    """Return the period, beginning now if nothing else was asked.

    Raises:
        InvalidRequest: it begins before now, or ends before it begins.
    """
    begins = first or now
    if begins < now:
        raise InvalidRequest(
            f"{first_field}: what was in force in the past cannot be changed; give a time to come"
        )
    if last is not None and last <= begins:
        raise InvalidRequest("valid_until: it must lie after valid_from")
    return begins, last
