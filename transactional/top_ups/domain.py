"""What a top-up provider does for us, how long it is asked, and what can be refused.

Problem
├── UnknownTopUp          404  the tenant has no such top-up
├── UnknownTopUpProvider  404  the tenant has no account at this provider
├── NoTopUpProduct        409  nobody tops up the line's item
├── NotToBeToppedUp       409  the redemption is not completed, or nothing of the line is left
├── TopUpExists           409  the line is topped up already, for another account
├── ProviderAway          503  the provider does not answer; what came of it is not known
└── ProviderUnreadable    502  the provider's answer cannot be read; what came of it is not known
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, Protocol
from uuid import UUID

from transactional.problems import Problem

ProviderName = Literal["sandbox"]

# A provider is sent the request so many times, each time after twice as long; then it is only asked.
MOST_TRIES: Final = 6
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=10)
# The provider takes no request that is older, so that one it does not know by then was never done.
VALID_FOR: Final = timedelta(minutes=10)


class UnknownTopUp(Problem):
    """The tenant has no such top-up."""

    slug = "unknown-top-up"
    title = "No such top-up"
    status = 404

    def __init__(self, top_up_id: UUID) -> None:
        super().__init__(f"your tenant has no top-up {top_up_id}; GET /v1/top-ups lists them")


class UnknownTopUpProvider(Problem):
    """The tenant has no account at this provider."""

    slug = "unknown-top-up-provider"
    title = "No account at this provider"
    status = 404


class NoTopUpProduct(Problem):
    """Nobody tops up the line's item."""

    slug = "no-top-up-product"
    title = "The item is not topped up"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"no provider tops up item {item_id}; name one with PUT /v1/offers/{item_id}/top-up",
            item_id=str(item_id),
        )


class NotToBeToppedUp(Problem):
    """The redemption is not completed, or nothing of the line is left."""

    slug = "not-to-be-topped-up"
    title = "Nothing is to be topped up"
    status = 409

    def __init__(self, redemption_id: UUID, why: str) -> None:
        super().__init__(f"nothing of redemption {redemption_id} is to be topped up: {why}")


class TopUpExists(Problem):
    """The line is topped up already, for another account."""

    slug = "top-up-exists"
    title = "The line is topped up already"
    status = 409

    def __init__(self, top_up_id: UUID) -> None:
        super().__init__(
            "the line is topped up already, for another account; look at that top-up first",
            top_up_id=str(top_up_id),
        )


class ProviderAway(Problem):
    """The provider does not answer; what came of it is not known."""

    slug = "top-up-provider-away"
    title = "The provider does not answer"
    status = 503


class ProviderUnreadable(Problem):
    """The provider's answer cannot be read; what came of it is not known."""

    slug = "top-up-provider-unreadable"
    title = "The provider's answer cannot be read"
    status = 502


class Outcome(StrEnum):
    """What a provider says of a request; unknown is one that never arrived."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TopUpOrder:
    """What to top up for whom. The same request may be sent again; it is done once, and never after `expires_at`."""

    request_id: UUID
    product_code: str
    quantity: int
    account: str
    expires_at: datetime


@dataclass(frozen=True)
class TopUpNews:
    """What the provider says, with its own number and, of a refusal, why."""

    outcome: Outcome
    reference: str | None = None
    reason: str | None = None


class TopUpProvider(Protocol):
    """One tenant's account at one provider.

    Every call may raise ProviderAway and ProviderUnreadable: what came of the request is then not known.
    """

    async def send(self, order: TopUpOrder) -> TopUpNews:
        """Ask for a top-up."""
        ...

    async def ask(self, request_id: UUID) -> TopUpNews:
        """Return what came of a request."""
        ...


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts before this one: twice as long each time, up to ten minutes."""
    return min(FIRST_WAIT * int(2 ** min(attempts, 10)), LONGEST_WAIT)
