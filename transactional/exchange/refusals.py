"""Refusals of what is asked of exchanges. None tells of the other tenant's member more than that it cannot be done.

Problem
├── TooFewPoints           409  the points buy nothing
├── DailyLimitReached      409  a member, or all together, may exchange no more today
├── UnknownQuote           404  the tenant has no such quote
├── QuoteUsed              409  the quote was taken up before
├── QuoteExpired           409  the quote is too old
├── PartnerCannotTake      409  the other member's account cannot take the points
├── UnknownExchange        404  the tenant has no such exchange
├── ReversalTooLarge       409  more is to be taken back than is left
├── ReversalTooSmall       409  so little is to be taken back that nothing would be given back
├── PointsNotFree          409  the receiving member no longer has the points
└── DayStated              409  the request is so late that its day has its statement
"""

from datetime import date, datetime
from uuid import UUID

from transactional.problems import Problem


class TooFewPoints(Problem):
    """The points buy nothing."""

    slug = "too-few-points"
    title = "The points buy nothing"
    status = 409

    def __init__(self, *, offered: int, least: int) -> None:
        super().__init__(f"{offered} points buy nothing; offer at least {least}", least_points=least)


class DailyLimitReached(Problem):
    """A member, or all members together, may exchange no more on this day."""

    slug = "daily-limit-reached"
    title = "The daily limit is reached"
    status = 409

    def __init__(self, *, asked: int, member_left: int, pair_left: int) -> None:
        super().__init__(
            f"{asked} points were to be exchanged; today the member may exchange {member_left} more and all members "
            f"together {pair_left} more",
            member_points_left=member_left,
            pair_points_left=pair_left,
        )


class UnknownQuote(Problem):
    """The tenant has no such quote."""

    slug = "unknown-quote"
    title = "No such quote"
    status = 404

    def __init__(self, quote_id: UUID) -> None:
        super().__init__(
            f"your tenant has no quote {quote_id}; POST /v1/exchanges/quotes makes one",
            quote_id=str(quote_id),
        )


class QuoteUsed(Problem):
    """The quote was taken up before."""

    slug = "quote-used"
    title = "The quote was used before"
    status = 409

    def __init__(self, exchange_id: UUID) -> None:
        super().__init__(
            f"the quote became exchange {exchange_id}; make a new quote for another one",
            exchange_id=str(exchange_id),
        )


class QuoteExpired(Problem):
    """The quote is too old."""

    slug = "quote-expired"
    title = "The quote has expired"
    status = 409

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"the quote expired at {expired_at.isoformat()}; make a new one")


class PartnerCannotTake(Problem):
    """The other member's account is closed or too full."""

    slug = "partner-cannot-take"
    title = "The other account cannot take the points"
    status = 409

    def __init__(self) -> None:
        super().__init__("the linked member's account cannot take these points; nothing was done")


class UnknownExchange(Problem):
    """The tenant has no such exchange."""

    slug = "unknown-exchange"
    title = "No such exchange"
    status = 404

    def __init__(self, exchange_id: UUID) -> None:
        super().__init__(f"your tenant has no exchange {exchange_id}", exchange_id=str(exchange_id))


class ReversalTooLarge(Problem):
    """More is to be taken back than is left of the exchange."""

    slug = "reversal-too-large"
    title = "Less is left to be reversed"
    status = 409

    def __init__(self, *, asked: int, left: int) -> None:
        super().__init__(
            f"{asked} of the credited points were to be taken back and {left} have not been",
            reversible_to_points=left,
        )


class ReversalTooSmall(Problem):
    """So little is to be taken back that nothing would be given back."""

    slug = "reversal-too-small"
    title = "Nothing would be given back"
    status = 409

    def __init__(self, asked: int) -> None:
        super().__init__(f"for {asked} points taken back none would be given back; take back more")


class PointsNotFree(Problem):
    """The receiving member no longer has the points, or has set them aside."""

    slug = "points-not-free"
    title = "The credited points are spent or set aside"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "the receiving member does not have so many points free; reverse fewer, or wait until there are"
        )


class DayStated(Problem):
    """The request took so long that the day it belongs to has its statement."""

    slug = "day-stated"
    title = "The day has its statement"
    status = 409

    def __init__(self, day: date) -> None:
        super().__init__(f"the request came for {day.isoformat()}, whose statement is made; ask again")
