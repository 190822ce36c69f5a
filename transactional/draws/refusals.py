"""Refusals of draws.

Problem
├── PrizeTooValuable    422  a prize is worth more than the installation allows
├── TooManyPrizes       422  more prizes than tickets: a ticket wins one at most
├── DrawExists          409  the reference names a draw with other terms
├── UnknownDraw         404  the tenant has no such draw
├── DrawNotOpen         409  no ticket is sold at this time
├── PrizeBarred         409  a prize may not be given out at this time
├── DrawSoldOut         409  all tickets are sold
├── TicketLimitReached  409  the member has as many tickets as one may have
├── DrawNotOver         409  that is for after the end
├── DrawRevealed        409  the winners are known
├── NoEntropyAwaited    409  the draw's terms name no public entropy
├── EntropyMissing      409  the public entropy of the terms is not recorded yet
└── EntropyRecorded     409  another value was recorded before
"""

from datetime import datetime
from uuid import UUID

from transactional.problems import Problem


class PrizeTooValuable(Problem):
    """A prize is worth more than the installation allows."""

    slug = "prize-too-valuable"
    title = "The prize is worth too much"
    status = 422

    def __init__(self, *, prize_no: int, value_fen: int, limit_fen: int) -> None:
        super().__init__(
            f"prize {prize_no} is worth {_yuan(value_fen)} yuan, and no prize may be worth more than "
            f"{_yuan(limit_fen)} yuan; choose a smaller one",
            prize_no=prize_no,
            value_fen=value_fen,
            limit_fen=limit_fen,
        )


class TooManyPrizes(Problem):
    """There are more prizes than tickets."""

    slug = "too-many-prizes"
    title = "More prizes than tickets"
    status = 422

    def __init__(self, *, prizes: int, max_tickets: int) -> None:
        super().__init__(
            f"a ticket wins one prize at most, so {max_tickets} tickets cannot win {prizes}; "
            "offer fewer prizes or more tickets",
            prizes=prizes,
            max_tickets=max_tickets,
        )


class DrawExists(Problem):
    """The reference names a draw with other terms."""

    slug = "draw-exists"
    title = "The reference was used for another draw"
    status = 409

    def __init__(self, reference: str, draw_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a draw with other terms, which do not change any more; "
            "use a new reference for a new draw",
            draw_id=str(draw_id),
        )


class UnknownDraw(Problem):
    """The tenant has no such draw."""

    slug = "unknown-draw"
    title = "No such draw"
    status = 404

    def __init__(self, draw_id: UUID) -> None:
        super().__init__(f"there is no draw {draw_id}; GET /v1/draws lists yours", draw_id=str(draw_id))


class DrawNotOpen(Problem):
    """No ticket is sold at this time."""

    slug = "draw-not-open"
    title = "The draw is not open"
    status = 409

    def __init__(self, draw_id: UUID, *, starts_at: datetime, ends_at: datetime, cancelled: bool) -> None:
        super().__init__(
            f"draw {draw_id} was cancelled"
            if cancelled
            else f"tickets of draw {draw_id} are sold from {starts_at.isoformat()} until before {ends_at.isoformat()}",
            draw_id=str(draw_id),
        )


class PrizeBarred(Problem):
    """A prize may not be given out at this time, so no ticket is sold for it."""

    slug = "prize-barred"
    title = "A prize may not be given out"
    status = 409

    def __init__(self, draw_id: UUID) -> None:
        super().__init__(
            f"no ticket of draw {draw_id} is sold at this time: the opt-in to one of its prizes was withdrawn, or the "
            "authorisation or licence that it is sold under has ended",
            draw_id=str(draw_id),
        )


class DrawSoldOut(Problem):
    """All tickets are sold."""

    slug = "draw-sold-out"
    title = "All tickets are sold"
    status = 409

    def __init__(self, draw_id: UUID, *, asked: int, left: int) -> None:
        super().__init__(
            f"{asked} tickets of draw {draw_id} were asked for and {left} are left",
            draw_id=str(draw_id),
            asked=asked,
            left=left,
        )


class TicketLimitReached(Problem):
    """The member has as many tickets as one may have."""

    slug = "ticket-limit-reached"
    title = "The member's tickets of this draw are used up"
    status = 409

    def __init__(self, draw_id: UUID, *, asked: int, has: int, limit: int) -> None:
        super().__init__(
            f"a member may have {limit} tickets of draw {draw_id}; this one has {has} and asked for {asked} more",
            draw_id=str(draw_id),
            asked=asked,
            has=has,
            limit=limit,
        )


class DrawNotOver(Problem):
    """That is for after the end of the draw."""

    slug = "draw-not-over"
    title = "The draw is not over"
    status = 409

    def __init__(self, draw_id: UUID, *, ends_at: datetime) -> None:
        super().__init__(
            f"draw {draw_id} ends at {ends_at.isoformat()}; come back after that", draw_id=str(draw_id)
        )


class DrawRevealed(Problem):
    """The winners are known; what was promised is kept."""

    slug = "draw-revealed"
    title = "The draw was revealed"
    status = 409

    def __init__(self, draw_id: UUID) -> None:
        super().__init__(
            f"the winners of draw {draw_id} are known, so it cannot be cancelled any more; refund single tickets with "
            "POST /v1/redemptions/{redemption_id}/refunds",
            draw_id=str(draw_id),
        )


class NoEntropyAwaited(Problem):
    """The draw's terms name no public entropy, or it was cancelled."""

    slug = "no-entropy-awaited"
    title = "The draw takes no public entropy"
    status = 409

    def __init__(self, draw_id: UUID) -> None:
        super().__init__(
            f"the terms of draw {draw_id} name no source of public entropy, or it was cancelled; "
            "a source must be named when the draw is created",
            draw_id=str(draw_id),
        )


class EntropyMissing(Problem):
    """The public entropy that the terms promise is not recorded yet."""

    slug = "entropy-missing"
    title = "The public entropy is not recorded yet"
    status = 409

    def __init__(self, draw_id: UUID, source: str) -> None:
        super().__init__(
            f"the terms of draw {draw_id} promise to mix in {source!r}; record it with "
            f"POST /v1/draws/{draw_id}/entropy",
            draw_id=str(draw_id),
        )


class EntropyRecorded(Problem):
    """Another value was recorded before."""

    slug = "entropy-recorded"
    title = "The public entropy was recorded before"
    status = 409

    def __init__(self, draw_id: UUID, entropy: str) -> None:
        super().__init__(
            f"the public entropy of draw {draw_id} was recorded as {entropy!r} and does not change any more",
            draw_id=str(draw_id),
            entropy=entropy,
        )


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}" if fen % 100 else f"{fen // 100:,}"
