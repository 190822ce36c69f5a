"""What suppliers are scored by and what months cost, once more in plain SQL on the tables of the mall, and the scores in plain Python.

Each query gives the rows of one mart, keys first; the words of `supplier_scores.csv` and `value_scores.csv` are all it knows.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.orchestration.postgres_kpis import PRELUDE, day

_SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
_DUE_AT = "coalesce(a.paid_at, a.effective_at) + interval '48 hours'"
_MONTH = "date_trunc('month', {day})::date"
_OF_CASES = (
    "select c.tenant_id, c.supplier_id, date_trunc('month', {day})::date, '{component}', {numerator}, {denominator} "
    "from mall.after_sales_case c join asked a using (tenant_id, redemption_id) join spans s using (tenant_id) "
    "where c.supplier_id is not null and {condition}"
)

# Rows of tenant, supplier, month and component with numerator and denominator.
SUPPLIER_COUNTS = (
    PRELUDE.replace("{unit}", "month")
    + f"""
, supplied as (
    select a.tenant_id, a.redemption_id, a.day, f.supplier_id, bool_or(o.handover = 'shipping') as is_shipped
    from asked a
    join mall.redemption_line l using (tenant_id, redemption_id)
    join mall.offer o using (tenant_id, item_id)
    cross join lateral (
        select t.supplier_id from mall.supplier_terms t
        where t.tenant_id = a.tenant_id and t.item_id = l.item_id and t.valid_from <= a.day
            and (t.valid_until is null or t.valid_until >= a.day)
        order by t.rank, t.terms_id limit 1
    ) f
    where a.mode <> 'draw' and (a.status <> 'cancelled' or a.refunded_points > 0)
    group by 1, 2, 3, 4
), counted_rows (tenant_id, supplier_id, month, component, numerator, denominator) as (
    select d.tenant_id, d.supplier_id, {_MONTH.format(day=day(_DUE_AT))}, 'ship_48h',
        coalesce(a.shipped_at <= {_DUE_AT}, false)::int, 1
    from supplied d join asked a using (tenant_id, redemption_id) join spans s using (tenant_id)
    where d.is_shipped and a.status not in ('created', 'in_review') and {day(_DUE_AT)} <= s.last
        and (a.shipped_at is not null or a.completed_at is null
            and case when a.status in ('cancelled', 'refunded') then a.ended_at > {_DUE_AT}
                else {day(_DUE_AT)} < s.last end)
    union all
    select d.tenant_id, d.supplier_id, {_MONTH.format(day=day("a.paid_at"))}, 'virtual_issue',
        (coalesce(a.completed_at <= a.paid_at + interval '5 seconds', false) and not exists (
            select from mall.top_up u where u.tenant_id = a.tenant_id and u.redemption_id = a.redemption_id
                and not (u.status = 'succeeded' and u.settled_at <= u.requested_at + interval '5 seconds')))::int, 1
    from supplied d join asked a using (tenant_id, redemption_id)
    where a.paid_at is not null
        and not exists (select from mall.redemption_line l join mall.item i using (item_id)
            where l.tenant_id = a.tenant_id and l.redemption_id = a.redemption_id and i.kind <> 'virtual')
    union all
    select tenant_id, supplier_id, {_MONTH.format(day="day")}, component, 0, 1
    from supplied, unnest(array['defect', 'complaint']) as component
    union all
    {
        _OF_CASES.format(
            day=day("c.opened_at"),
            component="defect",
            numerator=1,
            denominator=0,
            condition="c.reason in ('damaged', 'wrong_item', 'missing', 'not_as_described', 'code_unusable')",
        )
    }
    union all
    {
        _OF_CASES.format(
            day=day("c.opened_at"),
            component="complaint",
            numerator=1,
            denominator=0,
            condition="c.type = 'complaint'",
        )
    }
    union all
    {
        _OF_CASES.format(
            day=day("c.due_at"),
            component="answer",
            denominator=1,
            numerator="coalesce(c.answered_at <= c.opened_at + interval '24 hours', false)::int",
            condition=f"{day('c.due_at')} <= s.last and (c.answered_at is not null or {day('c.due_at')} < s.last)",
        )
    }
)
select tenant_id, supplier_id, month, component, sum(numerator)::bigint, sum(denominator)::bigint
from counted_rows group by 1, 2, 3, 4
"""
)

# Rows of tenant and month: charged, waived, due, invoiced less credited, paid, statements, those made in time, owed.
MONEY = """
with f as (
    select tenant_id, month, sum(amount_fen) as charged, sum(waived_fen) as waived from mall.fee group by 1, 2
), i as (
    select tenant_id, month, sum(amount_fen) - coalesce(sum((select sum(c.amount_fen) from mall.credit_note c
        where c.tenant_id = v.tenant_id and c.invoice_id = v.invoice_id)), 0) as invoiced,
        sum((select sum(p.amount_fen) from mall.invoice_payment p
            where p.tenant_id = v.tenant_id and p.invoice_id = v.invoice_id)) as paid
    from mall.invoice v group by 1, 2
), s as (
    select tenant_id, date_trunc('month', day)::date as month, count(*) as statements, sum(owed_fen) as owed,
        count(*) filter (where (stated_at at time zone 'Asia/Shanghai')::date <= day + 1) as in_time
    from mall.settlement_statement group by 1, 2
)
select tenant_id, month, coalesce(charged, 0)::bigint, coalesce(waived, 0)::bigint,
    coalesce(charged - waived, 0)::bigint, coalesce(invoiced, 0)::bigint, coalesce(paid, 0)::bigint, coalesce(statements, 0)::bigint,
    coalesce(in_time, 0)::bigint, coalesce(owed, 0)::bigint
from f full join i using (tenant_id, month) full join s using (tenant_id, month)
"""

Counts = tuple[object, object, date, str, int, int]


def supplier_scores(counts: Iterable[Counts]) -> dict[tuple[object, object, date], tuple[float, int]]:
    """Return score and redemptions by tenant, supplier and month."""
    bounds = {row["component"]: row for row in _seed("supplier_scores")}
    found: dict[tuple[object, object, date], list[tuple[float, float]]] = defaultdict(list)
    redemptions: dict[tuple[object, object, date], int] = {}
    for tenant_id, supplier_id, month, component, numerator, denominator in counts:
        key = (tenant_id, supplier_id, month)
        if component == "defect":
            redemptions[key] = denominator
        if denominator:
            row = bounds[component]
            found[key].append((float(row["weight"]), _scaled(numerator / denominator, row)))
    return {
        key: (sum(w * s for w, s in parts) / sum(w for w, _ in parts), redemptions.get(key, 0))
        for key, parts in found.items()
    }


def value_score(values: dict[str, float]) -> float | None:
    """Return the score of a month whose metrics have these values: four parts, each of what is known."""
    parts: dict[tuple[str, float], list[tuple[float, float]]] = defaultdict(list)
    for row in _seed("value_scores"):
        if row["metric"] in values:
            scored = (float(row["metric_weight"]), _scaled(values[row["metric"]], row))
            parts[row["part"], float(row["part_weight"])].append(scored)
    weights = sum(weight for _, weight in parts)
    if not weights:
        return None
    means = {key: sum(w * s for w, s in found) / sum(w for w, _ in found) for key, found in parts.items()}
    return sum(weight * mean for (_, weight), mean in means.items()) / weights


def _scaled(value: float, row: dict[str, str]) -> float:
    zero, full = float(row["zero_at"]), float(row["full_at"])
    return min(max((value - zero) / (full - zero), 0.0), 1.0)


def _seed(name: str) -> list[dict[str, str]]:
    with (_SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
