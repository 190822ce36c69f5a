"""Rules, the facts of one attempt to redeem, and what the rules make of them.

A rule's `score` is added when it triggers. Its verdict counts by itself; `allow` means that only the score counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from transactional.problems import Problem
from transactional.risk.devices import DeviceMembers
from transactional.risk.recent import Recent
from transactional.risk.subjects import Dimension

Verdict = Literal["allow", "review", "deny"]
Kind = Literal["velocity", "account_age", "blocked", "device_accounts", "missing_context", "score_sum"]


class RiskDenied(Problem):
    """The tenant's risk rules refuse the redemption. It names kinds only: thresholds would teach how to stay below."""

    slug = "risk-denied"
    title = "The redemption was refused by a risk rule"
    status = 403

    def __init__(self, kinds: Sequence[str]) -> None:
        named = list(dict.fromkeys(kinds))
        super().__init__(
            f"your risk rules refused this redemption ({', '.join(named)}); nothing was taken. Let the member try "
            "again later, or see /v1/risk/assessments for the reasons",
            rules=named,
        )


class Facts(Struct, frozen=True):
    """What is known of one attempt when it is judged.

    Attributes:
        at, now: the moment, and the same in whole epoch seconds.
        ip, device: hashes, or None where the request did not tell.
        recents: what was attempted before by each subject that is counted.
        device_members: the members seen on the device, if that is asked for.
        blocked: the dimensions whose subject is blocked now.
    """

    member_id: UUID
    registered_at: datetime
    at: datetime
    now: int
    points: int
    ip: bytes | None
    device: bytes | None
    recents: Mapping[Dimension, Recent]
    device_members: DeviceMembers | None
    blocked: frozenset[Dimension]


@dataclass(frozen=True, slots=True)
class Triggered:
    """A rule that triggered: what it saw and the most (for an account's age, the least) it allows."""

    rule_id: UUID
    kind: Kind
    verdict: Verdict
    score: int
    observed: int
    limit: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one attempt with everything that led to it."""

    verdict: Verdict
    score: int
    triggered: tuple[Triggered, ...]


ALLOWED = Assessment("allow", 0, ())


@dataclass(frozen=True, slots=True)
class Velocity:
    """No more than `limit` attempts, or points, of a subject within a window; this attempt counts."""

    rule_id: UUID
    verdict: Verdict
    score: int
    dimension: Dimension
    measure: Literal["count", "points"]
    limit: int
    window_seconds: int

    def check(self, facts: Facts) -> Triggered | None:
        """Return what the rule saw, if it triggers."""
        recent = facts.recents.get(self.dimension)
        if recent is None:
            return None
        if self.measure == "count":
            observed = recent.count_within(facts.now, self.window_seconds) + 1
        else:
            observed = recent.points_within(facts.now, self.window_seconds) + facts.points
        if observed <= self.limit:
            return None
        return Triggered(self.rule_id, "velocity", self.verdict, self.score, observed, self.limit)


@dataclass(frozen=True, slots=True)
class AccountAge:
    """A member must have been registered for so many full days."""

    rule_id: UUID
    verdict: Verdict
    score: int
    days: int

    def check(self, facts: Facts) -> Triggered | None:
        """Return what the rule saw, if it triggers."""
        age = (facts.at - facts.registered_at).days
        if age >= self.days:
            return None
        return Triggered(self.rule_id, "account_age", self.verdict, self.score, max(age, 0), self.days)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Neither member nor address nor device may be on the tenant's blocklist."""

    rule_id: UUID
    verdict: Verdict
    score: int

    def check(self, facts: Facts) -> Triggered | None:
        """Return how many of the subjects are blocked, if any."""
        if not facts.blocked:
            return None
        return Triggered(self.rule_id, "blocked", self.verdict, self.score, len(facts.blocked), 0)


@dataclass(frozen=True, slots=True)
class DeviceAccounts:
    """No more than `limit` members may turn up on one device within so many days; this member counts."""

    rule_id: UUID
    verdict: Verdict
    score: int
    limit: int
    days: int

    def check(self, facts: Facts) -> Triggered | None:
        """Return what the rule saw, if it triggers."""
        if facts.device_members is None:
            return None
        observed = facts.device_members.count(facts.member_id, facts.now - self.days * 86_400)
        if observed <= self.limit:
            return None
        return Triggered(self.rule_id, "device_accounts", self.verdict, self.score, observed, self.limit)


@dataclass(frozen=True, slots=True)
class MissingContext:
    """The request must tell the address, or the device."""

    rule_id: UUID
    verdict: Verdict
    score: int
    dimension: Literal["ip", "device"]

    def check(self, facts: Facts) -> Triggered | None:
        """Return that nothing was told, if so."""
        if (facts.ip if self.dimension == "ip" else facts.device) is not None:
            return None
        return Triggered(self.rule_id, "missing_context", self.verdict, self.score, 0, 1)


@dataclass(frozen=True, slots=True)
class ScoreSum:
    """From this sum of scores on, the verdict is at least this one."""

    rule_id: UUID
    verdict: Verdict
    limit: int

    def check_sum(self, score: int) -> Triggered | None:
        """Return what the rule saw, if it triggers."""
        if score < self.limit:
            return None
        return Triggered(self.rule_id, "score_sum", self.verdict, 0, score, self.limit)


Rule = Velocity | AccountAge | Blocked | DeviceAccounts | MissingContext | ScoreSum


def assess(rules: Sequence[Rule], facts: Facts) -> Assessment:
    """Return the sternest verdict of the rules that trigger, with all of them and the sum of their scores."""
    triggered: list[Triggered] = []
    for rule in rules:
        if not isinstance(rule, ScoreSum) and (found := rule.check(facts)) is not None:
            triggered.append(found)
    if not triggered:
        return ALLOWED
    score = sum(t.score for t in triggered)
    for rule in rules:
        if isinstance(rule, ScoreSum) and (found := rule.check_sum(score)) is not None:
            triggered.append(found)
    verdicts = {t.verdict for t in triggered}
    verdict: Verdict = "deny" if "deny" in verdicts else "review" if "review" in verdicts else "allow"
    return Assessment(verdict, score, tuple(triggered))
