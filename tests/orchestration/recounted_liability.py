"""What the points that members hold will likely cost, lot by lot in plain Python from the books alone."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

import psycopg

from tests.orchestration.recounted import Mall, business_day

# Of fewer cohorts that are over nothing is known of those that are not.
_FEWEST_COHORTS = 3
_SPENT = ("redeem", "refund", "exchange_out")
_ENTRIES = """
select e.tenant_id, e.account_id as member_id, e.lot_id, e.amount, t.kind, t.effective_at,
    e.transfer_id = e.lot_id as is_credit, l.expires_on
from mall.entry e
join mall.transfer t using (tenant_id, transfer_id)
join mall.lot l using (tenant_id, account_id, lot_id)
"""
_COSTS = "select tenant_id, point_cost_fen_per_100 from export.tenant"


class Held(NamedTuple):
    """What is left of a cohort at the end of a month, what that will cost in fen, and whether older ones tell."""

    remaining_points: int
    liability_fen: int
    is_fallback: bool


class _Cohort:
    def __init__(self) -> None:
        self.moves: list[tuple[date, int, int]] = []
        self.ends: date | None = date.min

    def left(self, day: date) -> int:
        return sum(points for moved, points, _ in self.moves if moved <= day)

    def spent(self, day: date) -> int:
        return sum(points for moved, _, points in self.moves if moved <= day)

    def is_over(self, day: date) -> bool:
        return self.ends is not None and self.ends <= day


def liabilities(connection: psycopg.Connection) -> dict[tuple[Any, date, date], Held]:
    """Return what members hold by tenant, month of the credit and month at whose end it is asked."""
    mall = Mall(connection)
    cohorts: dict[Any, dict[date, _Cohort]] = defaultdict(lambda: defaultdict(_Cohort))
    entries = mall.counted(_ENTRIES)
    credited = {row["lot_id"]: business_day(row["effective_at"]) for row in entries if row["is_credit"]}
    for row in entries:
        cohort = cohorts[row["tenant_id"]][credited[row["lot_id"]].replace(day=1)]
        is_spent = row["kind"] in _SPENT and not row["is_credit"]
        cohort.moves.append(
            (business_day(row["effective_at"]), row["amount"], -row["amount"] if is_spent else 0)
        )
        if row["is_credit"] and cohort.ends is not None:
            cohort.ends = row["expires_on"] and max(cohort.ends, row["expires_on"])
    last = dict(mall.last_day)
    for row in mall.rows("select tenant_id, max(effective_at) as at from mall.transfer group by 1"):
        last[row["tenant_id"]] = max(last[row["tenant_id"]], business_day(row["at"]))
    costs = {row["tenant_id"]: row["point_cost_fen_per_100"] for row in mall.rows(_COSTS)}
    return {
        (tenant, born, month): _held(of, born, month, last[tenant], costs[tenant])
        for tenant, of in cohorts.items()
        for born in of
        for month in _months(born, last[tenant])
    }


def _held(cohorts: dict[date, _Cohort], born: date, month: date, last: date, cost: int) -> Held:
    now = min(_end(month), last)
    left = cohorts[born].left(now)
    if cohorts[born].is_over(now):
        return Held(left, 0, is_fallback=False)
    age = len(_months(born, month)) - 1
    held = spent_later = told = 0
    for other, cohort in cohorts.items():
        over = next(
            (m for m in _months(other, month) if m <= month and cohort.is_over(min(_end(m), last))), None
        )
        then = _after(other, age)
        if over is None or then >= over or cohort.left(_end(then)) <= 0:
            continue
        told += 1
        held += cohort.left(_end(then))
        spent_later += max(cohort.spent(min(_end(over), last)) - cohort.spent(_end(then)), 0)
    is_fallback = told < _FEWEST_COHORTS
    share = Fraction(1) if is_fallback else min(Fraction(spent_later, held), Fraction(1))
    return Held(left, floor(left * share * cost / 100 + Fraction(1, 2)), is_fallback)


def _months(first: date, last: date) -> list[date]:
    months = [first]
    while (following := _after(months[-1], 1)) <= last:
        months.append(following)
    return months


def _after(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _end(month: date) -> date:
    return _after(month, 1) - timedelta(days=1)
