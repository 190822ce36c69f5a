"""Why a tariff, a confirmation or a charge is refused."""

from datetime import date
from uuid import UUID

from transactional.problems import Problem


class UnknownTenant(Problem):
    """There is no such tenant."""

    slug = "unknown-tenant"
    title = "No such tenant"
    status = 404

    def __init__(self, tenant_id: UUID) -> None:
        super().__init__(f"there is no tenant {tenant_id}", tenant_id=str(tenant_id))


class UnknownTariff(Problem):
    """There is no such tariff."""

    slug = "unknown-tariff"
    title = "No such tariff"
    status = 404

    def __init__(self, tariff_id: UUID) -> None:
        super().__init__(
            f"there is no tariff {tariff_id}; GET /v1/tariffs lists them", tariff_id=str(tariff_id)
        )


class TariffExists(Problem):
    """The reference or the day belongs to another tariff."""

    slug = "tariff-exists"
    title = "There is such a tariff with other contents"
    status = 409

    def __init__(self, reference: str, valid_from: date) -> None:
        super().__init__(
            f"another tariff is called {reference!r} or begins on {valid_from}; a tariff is never edited, announce one "
            "that begins later"
        )


class NotConfirmed(Problem):
    """The tenant has confirmed no tariff that holds on the day and has the line."""

    slug = "fee-not-confirmed"
    title = "The tenant has not confirmed this charge"
    status = 409

    def __init__(self, line_code: str, day: date) -> None:
        super().__init__(
            f"the tenant has confirmed no tariff with the line {line_code!r} that holds on {day}; let it confirm one by "
            "POST /v1/tariffs/{tariff_id}/confirmation, for days from then on"
        )


class NotChargedByHand(Problem):
    """The line is measured from facts."""

    slug = "fee-is-measured"
    title = "This line is measured, not charged by hand"
    status = 409

    def __init__(self, line_code: str, basis: str) -> None:
        super().__init__(
            f"the line {line_code!r} is charged by {basis} from the mall's own facts when its month is invoiced; "
            "charge lines of the basis piece"
        )


class NotLive(Problem):
    """The tenant was not live on the day."""

    slug = "tenant-not-live"
    title = "The tenant was not live then"
    status = 409

    def __init__(self, day: date) -> None:
        super().__init__(f"the tenant was not live on {day}; nothing is charged before a tenant goes live")


class FeeExists(Problem):
    """The reference names a fee with other contents."""

    slug = "fee-exists"
    title = "There is such a fee with other contents"
    status = 409

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"the fee {reference!r} was charged with other contents; give another one its own reference"
        )


class MonthInvoiced(Problem):
    """The month's invoice was issued."""

    slug = "month-invoiced"
    title = "The month was invoiced"
    status = 409

    def __init__(self, month: date) -> None:
        super().__init__(
            f"{month:%Y-%m} was invoiced and takes no further fee; charge a day of an open month, or give back by a "
            "credit note"
        )


class MonthNotOver(Problem):
    """The month has not ended."""

    slug = "month-not-over"
    title = "The month is not over"
    status = 409

    def __init__(self, month: date) -> None:
        super().__init__(
            f"{month:%Y-%m} is not over in Shanghai; its invoice can be issued from the next month on"
        )
