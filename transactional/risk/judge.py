"""Judges the attempts of a batch one after another on a state held in memory: no I/O, no clock, no chance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from transactional.risk.devices import DeviceMembers
from transactional.risk.domain import (
    ALLOWED,
    Assessment,
    Blocked,
    DeviceAccounts,
    Facts,
    Rule,
    Velocity,
    assess,
)
from transactional.risk.recent import SHORTEST_KEPT_SECONDS, Recent
from transactional.risk.subjects import Dimension, Subject

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_NONE_BLOCKED: frozenset[Dimension] = frozenset()


class Attempt(Struct, frozen=True):
    """Who tries to redeem, when and from where; `ip` and `device` are hashes, None where not told."""

    tenant_id: UUID
    member_id: UUID
    at: datetime
    ip: bytes | None = None
    device: bytes | None = None

    def subjects(self) -> list[tuple[Dimension, bytes]]:
        """Return whom and what the attempt counts for."""
        found: list[tuple[Dimension, bytes]] = [
            ("member", self.member_id.bytes),
            ("tenant", self.tenant_id.bytes),
        ]
        if self.ip is not None:
            found.append(("ip", self.ip))
        if self.device is not None:
            found.append(("device", self.device))
        return found


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A rule and when it is in force: from `valid_from` until just before `valid_until`."""

    rule: Rule
    valid_from: datetime
    valid_until: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Tell whether the rule counts at a moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


class RuleBook:
    """The rules of a tenant around the time of a batch.

    Attributes:
        kept_seconds: how far back each dimension must be counted; one that is not there needs no counting.
        device_days, device_limit: how far back and how many members of a device must be known; 0 if none.
        reads_blocks: whether any rule asks for the blocklist.
    """

    def __init__(self, rules: Iterable[DatedRule]) -> None:
        self._dated = tuple(rules)
        self._from = self._until = _BEGINNING
        self._active: tuple[Rule, ...] = ()
        self.kept_seconds: dict[Dimension, int] = {}
        self.device_days = self.device_limit = 0
        self.reads_blocks = False
        for rule in (d.rule for d in self._dated):
            match rule:
                case Velocity(dimension=dimension, window_seconds=window):
                    self._keep(dimension, window)
                case DeviceAccounts(days=days, limit=limit):
                    self.device_days = max(self.device_days, days)
                    self.device_limit = max(self.device_limit, limit)
                    # The device's row is what two batches queue on, or each would miss the other's new member.
                    self._keep("device", 0)
                case Blocked():
                    self.reads_blocks = True

    def _keep(self, dimension: Dimension, seconds: int) -> None:
        known = self.kept_seconds.get(dimension, SHORTEST_KEPT_SECONDS)
        self.kept_seconds[dimension] = max(known, seconds)

    def at(self, moment: datetime) -> tuple[Rule, ...]:
        """Return the rules in force at a moment."""
        if not self._from <= moment < self._until:
            edges = [_BEGINNING, _END]
            for dated in self._dated:
                edges.extend(e for e in (dated.valid_from, dated.valid_until) if e is not None)
            self._from = max(e for e in edges if e <= moment)
            self._until = min(e for e in edges if e > moment)
            self._active = tuple(d.rule for d in self._dated if d.in_force(moment))
        return self._active


@dataclass(frozen=True, slots=True)
class Block:
    """A time in which a subject is blocked."""

    valid_from: datetime
    valid_until: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Tell whether the block counts at a moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(slots=True)
class RiskState:
    """What the rules look at, by tenant. `judge` changes it as it goes.

    Attributes:
        recents: by subject, also members; only the dimensions that are counted.
        device_members: by (tenant, device).
        touched: the subjects whose counts changed and must be written.
    """

    books: dict[UUID, RuleBook] = field(default_factory=dict)
    recents: dict[Subject, Recent] = field(default_factory=dict)
    blocks: dict[Subject, Sequence[Block]] = field(default_factory=dict)
    device_members: dict[tuple[UUID, bytes], DeviceMembers] = field(default_factory=dict)
    touched: dict[Subject, datetime] = field(default_factory=dict)

    def judge(self, attempt: Attempt, *, registered_at: datetime, points: int) -> Assessment:
        """Return what the tenant's rules make of an attempt, and count it, whatever the verdict."""
        tenant_id, at = attempt.tenant_id, attempt.at
        book = self.books.get(tenant_id)
        if book is None:
            return ALLOWED
        now = int(at.timestamp())
        recents: dict[Dimension, Recent] = {}
        for dimension, subject in attempt.subjects():
            key = (tenant_id, dimension, subject)
            recent = self.recents.get(key)
            if recent is not None:
                recents[dimension] = recent
                self.touched[key] = at
        members = None
        if attempt.device is not None:
            members = self.device_members.get((tenant_id, attempt.device))
        facts = Facts(
            attempt.member_id,
            registered_at,
            at,
            now,
            points,
            attempt.ip,
            attempt.device,
            recents,
            members,
            self._blocked(attempt) if self.blocks else _NONE_BLOCKED,
        )
        assessment = assess(book.at(at), facts)
        for recent in recents.values():
            recent.record(now, points)
        if members is not None:
            members.see(attempt.member_id, now)
        return assessment

    def _blocked(self, attempt: Attempt) -> frozenset[Dimension]:
        return frozenset(
            dimension
            for dimension, subject in attempt.subjects()
            if any(
                b.in_force(attempt.at) for b in self.blocks.get((attempt.tenant_id, dimension, subject), ())
            )
        )

    def packed(self, subject: Subject) -> bytes:
        """Return the counts of a subject as they are to be stored."""
        tenant_id, dimension, _ = subject
        return self.recents[subject].pack(self.books[tenant_id].kept_seconds[dimension])

    def settle(self) -> None:
        """Keep of the counts what was stored, as reading them back would, and forget what was touched."""
        for subject in self.touched:
            tenant_id, dimension, _ = subject
            if not self.recents[subject].is_compact(self.books[tenant_id].kept_seconds[dimension]):
                self.recents[subject] = Recent(self.packed(subject))
        self.touched.clear()

    def packed_members(self) -> dict[tuple[UUID, UUID], bytes]:
        """Return the new `recent` of each member's account that was counted, by (tenant, member)."""
        return {
            (tenant_id, UUID(bytes=subject)): self.packed((tenant_id, dimension, subject))
            for tenant_id, dimension, subject in self.touched
            if dimension == "member"
        }
