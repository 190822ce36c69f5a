"""What becomes of a delivery after an attempt: when it is tried again, and when that ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

# 10 s, doubled each time: 13 pauses of 22 h 45 min together, a fifth more or less by jitter.
MAX_ATTEMPTS = 14
_FIRST_PAUSE = timedelta(seconds=10)
_JITTER = 0.2
# Later messages of a subject wait for an earlier one through its first attempts (some 2.5 minutes), so that a
# short outage keeps their order; one message that is refused again and again does not hold them up longer.
ORDERED_ATTEMPTS = 5


@dataclass(frozen=True)
class Reply:
    """How an endpoint answered an attempt: with a status, or not at all, for the reason in `error`."""

    status: int | None
    error: str | None = None

    @property
    def is_success(self) -> bool:
        """Tell whether the endpoint took the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Tell whether the endpoint wants no more messages, ever."""
        return self.status == HTTPStatus.GONE


@dataclass(frozen=True)
class Verdict:
    """What becomes of a delivery: `delivered`, `dead`, or `pending` until its next attempt."""

    status: str
    next_attempt_at: datetime


def pause(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after so many failed attempts (1 to 13).

    `chance`, in [0, 1), spreads what failed together over 40 % of the pause.
    """
    return _FIRST_PAUSE * (1 << (attempts - 1)) * (1 + _JITTER * (2 * chance - 1))


def judge(reply: Reply, *, attempts: int, now: datetime, chance: float) -> Verdict:
    """Return what becomes of a delivery after its `attempts`-th attempt (the first is 1)."""
    if reply.is_success:
        return Verdict("delivered", now)
    if reply.is_gone or attempts >= MAX_ATTEMPTS:
        return Verdict("dead", now)
    return Verdict("pending", now + pause(attempts, chance))
