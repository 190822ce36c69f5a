"""When a licence must be told about, and why one is refused."""

from datetime import date
from typing import Final
from uuid import UUID

from transactional.problems import Problem

# So many days before the last one; 0: that day is over tomorrow.
DAYS_BEFORE: Final = (90, 30, 7, 0)


def levels_reached(expires_on: date, today: date) -> list[int]:
    """Return how many days before its last one a licence has been told about by a day."""
    return [days for days in DAYS_BEFORE if (expires_on - today).days <= days]


class UnknownLicenceAlert(Problem):
    """There is no such alert."""

    slug = "unknown-licence-alert"
    title = "No such alert"
    status = 404

    def __init__(self, alert_id: UUID) -> None:
        super().__init__(
            f"there is no licence alert {alert_id}; GET /v1/platform/licences/alerts lists them",
            alert_id=str(alert_id),
        )


class UnknownLicence(Problem):
    """There is no such licence."""

    slug = "unknown-licence"
    title = "No such licence"
    status = 404

    def __init__(self, licence_id: UUID) -> None:
        super().__init__(
            f"there is no licence {licence_id}; GET /v1/platform/licences lists them",
            licence_id=str(licence_id),
        )


class LicenceLastsBackwards(Problem):
    """Its last day would lie before its first."""

    slug = "licence-lasts-backwards"
    title = "The last day lies before the first"
    status = 422

    def __init__(self, valid_from: date, expires_on: date) -> None:
        super().__init__(
            f"corrected like this it would last from {valid_from} to {expires_on}; check both days"
        )


class LicenceExists(Problem):
    """The number is registered with other contents."""

    slug = "licence-exists"
    title = "There is such a licence with other contents"
    status = 409

    def __init__(self, kind: str, number: str) -> None:
        super().__init__(
            f"the {kind} licence {number} is registered otherwise; register its renewal under its own number"
        )
