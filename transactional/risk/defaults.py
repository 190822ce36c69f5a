"""The rules a new tenant may begin with; they are inserted as data, and the tenant ends or adds to them freely.

They let a person redeem as fast as a person can, stop scripts, and hold back for review what several weak signs
together make doubtful. No rule counts the whole tenant: what is much for it depends on its size, and such a rule
makes every batch of the tenant queue on one row.
"""

from dataclasses import dataclass
from typing import Literal

from transactional.risk.domain import Kind, Verdict
from transactional.risk.subjects import Dimension

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """A rule to add; what its kind does not use stays None."""

    kind: Kind
    verdict: Verdict
    score: int = 0
    dimension: Dimension | None = None
    measure: Literal["count", "points"] | None = None
    threshold: int | None = None
    window_seconds: int | None = None
    days: int | None = None
    note: str = ""


def default_rules() -> tuple[NewRule, ...]:
    """Return the rules; an `allow` rule only adds to the score."""
    return (
        NewRule(kind="blocked", verdict="deny", score=100, note="on the tenant's blocklist"),
        _count("member", 10, 10, "deny", 60, "faster than a person clicks"),
        _count("member", 60, _HOUR, "review", 40, "an unusual number of attempts in an hour"),
        NewRule(
            kind="velocity",
            dimension="member",
            measure="points",
            threshold=500_000,
            window_seconds=_DAY,
            verdict="review",
            score=40,
            note="an unusual amount in a day",
        ),
        _count("ip", 120, _MINUTE, "deny", 60, "a script behind one address"),
        _count("ip", 1_000, _HOUR, "allow", 30, "a busy address: an office, or a script"),
        _count("device", 20, _MINUTE, "deny", 60, "a script on one device"),
        _count("device", 200, _DAY, "review", 40, "a device that never rests"),
        NewRule(
            kind="device_accounts",
            threshold=3,
            days=30,
            verdict="allow",
            score=40,
            note="more members on a device than a family has",
        ),
        NewRule(
            kind="device_accounts",
            threshold=10,
            days=30,
            verdict="deny",
            score=60,
            note="a device that farms accounts",
        ),
        NewRule(kind="account_age", days=1, verdict="allow", score=30, note="registered within a day"),
        NewRule(kind="score_sum", threshold=60, verdict="review", note="several weak signs together"),
        NewRule(kind="score_sum", threshold=120, verdict="deny", note="several strong signs together"),
    )


def _count(
    dimension: Dimension, threshold: int, window_seconds: int, verdict: Verdict, score: int, note: str
) -> NewRule:
    return NewRule(
        kind="velocity",
        dimension=dimension,
        measure="count",
        threshold=threshold,
        window_seconds=window_seconds,
        verdict=verdict,
        score=score,
        note=note,
    )
