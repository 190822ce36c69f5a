"""What is measured, in both languages, and whether it meets what was promised. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from transactional.onboarding.domain import Area, Measure

AREAS: Final[dict[Area, tuple[str, str]]] = {
    "points_sync": ("积分同步速度", "Speed of points sync"),
    "redemption_accuracy": ("兑换数据回传准确性", "Accuracy of returned redemption data"),
    "stability": ("高并发稳定性", "Stability under concurrency"),
}
TITLES: Final[dict[str, tuple[str, str]]] = {
    "sync_rate": ("每秒同步笔数", "credits per second"),
    "sync_p95_ms": ("同步 95 分位耗时(毫秒)", "credit, 95th percentile (ms)"),
    "sync_errors": ("同步失败数", "credits that failed"),
    "sync_balances_wrong": ("同步后余额不符数", "balances wrong after the sync"),
    "fields_compared": ("已比对字段数", "fields compared"),
    "redemption_fields_wrong": ("兑换回传不符字段数", "wrong fields of redemptions"),
    "refund_fields_wrong": ("退回回传不符字段数", "wrong fields of refunds"),
    "balance_fields_wrong": ("余额不符字段数", "wrong fields of balances"),
    "ledger_entries_wrong": ("积分分录不符数", "wrong ledger entries"),
    "webhooks_missing": ("未推送的消息数", "messages that were not pushed"),
    "webhook_fields_wrong": ("推送不符字段数", "wrong fields of pushed messages"),
    "webhook_signatures_wrong": ("推送签名不符数", "pushed messages signed wrongly"),
    "load_requests": ("并发请求总数", "requests under load"),
    "load_p95_ms": ("并发 95 分位耗时(毫秒)", "under load, 95th percentile (ms)"),
    "load_errors": ("并发出错数", "errors under load"),
    "replays_wrong": ("重复请求未幂等数", "repeated requests not answered alike"),
    "transfers_lost_or_doubled": ("丢失或重复的扣减数", "transfers lost or made twice"),
    "overspent": ("超额扣减数", "redemptions beyond the balance"),
    "negative_balances": ("出现负余额数", "balances below zero"),
    "load_balances_wrong": ("并发后余额不符数", "balances wrong after the load"),
    "ledger_breaks": ("账本不平处", "breaks of the ledger"),
}


@dataclass(frozen=True)
class Plan:
    """How much is tried, and what must be met.

    Attributes:
        members: who are registered and credited.
        redemptions: whose data is compared field by field.
        connections, seconds: how many ask at once under load, and how long.
    """

    members: int
    redemptions: int
    connections: int
    seconds: float
    min_rate: float
    max_p95_ms: float
    seed: int


@dataclass(frozen=True)
class Found:
    """What an area came to; `differences` say what was wrong, in a line each."""

    measures: tuple[Measure, ...]
    differences: tuple[str, ...] = ()


def none_of(area: Area, name: str, count: int) -> Measure:
    """Return a count that must be zero."""
    return Measure(area, name, count, "at_most", 0)


def p95_ms(seconds: Sequence[float]) -> float:
    """Return the 95th percentile of durations in milliseconds, by nearest rank; without any it is endless."""
    if not seconds:
        return math.inf
    return round(sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1] * 1000, 1)
