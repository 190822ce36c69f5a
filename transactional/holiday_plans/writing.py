"""Keeps what the newest release proposes for each holiday, and what people made of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from transactional.database import Connection
from transactional.holiday_plans.domain import Holiday, ProposedLine, Status
from transactional.write_back.operations import Part

# The columns that a release says, by the attributes they are from, with their types.
_TOLD = {
    "proposed_quantity": ("quantity", "bigint"),
    "proposed_order_by": ("order_by", "date"),
    "arrives_on": ("arrives_on", "date"),
    "need_date": ("need_date", "date"),
    "is_too_late": ("is_too_late", "boolean"),
    "wish_quantity": ("wish_quantity", "bigint"),
    "order_up_to": ("order_up_to", "bigint"),
    "cuts": ("cuts", "jsonb"),
    "risk_without": ("risk_without", "float8"),
    "risk_with": ("risk_with", "float8"),
    "cost_without_fen": ("cost_without_fen", "bigint"),
    "cost_with_fen": ("cost_with_fen", "bigint"),
    "demand_mean": ("demand_mean", "float8"),
    "demand_q05": ("demand_q05", "float8"),
    "demand_q50": ("demand_q50", "float8"),
    "demand_q95": ("demand_q95", "float8"),
    "confidence": ("confidence", "text"),
}
_KNOWN = """
select o.item_id is not null as has_item, w.warehouse_id is not null as has_warehouse
from unnest($2::uuid[], $3::uuid[]) with ordinality as g(item_id, warehouse_id, position)
left join mall.offer o on o.tenant_id = $1 and o.item_id = g.item_id
left join mall.warehouse w on w.tenant_id = $1 and w.warehouse_id = g.warehouse_id
order by g.position
"""
_WRITE_LINES = f"""
insert into mall.holiday_plan_line as l
    (tenant_id, plan_id, item_id, warehouse_id, quantity, order_by, {", ".join(_TOLD)})
select $1, g.plan_id, g.item_id, g.warehouse_id, g.proposed_quantity, g.proposed_order_by,
    {", ".join(f"g.{name}" for name in _TOLD)}
from unnest($2::uuid[], $3::uuid[], $4::uuid[], {", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(_TOLD.values(), 5))})
    as g(plan_id, item_id, warehouse_id, {", ".join(_TOLD)})
on conflict (tenant_id, plan_id, item_id, warehouse_id) do update
set quantity = excluded.quantity, order_by = excluded.order_by,
    {", ".join(f"{name} = excluded.{name}" for name in _TOLD)}
where ({", ".join(f"l.{name}" for name in _TOLD)}) is distinct from ({", ".join(f"excluded.{name}" for name in _TOLD)})
returning l.plan_id, l.item_id, l.warehouse_id
"""
_SUPERSEDE = "update mall.holiday_plan set status = 'superseded' where tenant_id = $1 and plan_id = $2"
_SUPERSEDE_REST = """
with gone as (
    update mall.holiday_plan set status = 'superseded'
    where tenant_id = $1 and status = 'proposed' and release_id <> $2::text
    returning 1
)
select count(*)::int from gone
"""


@dataclass(frozen=True)
class Plans:
    """Lines of a release's plans, to be open in place of those of older ones."""

    lines: Sequence[ProposedLine]
    kind: ClassVar[str] = "holiday_plans"

    async def store(self, connection: Connection, part: Part) -> list[tuple[UUID, str]]:
        """Open the plans, except those of holidays somebody has touched; return what became of each line, in order."""
        plans = {
            holiday: await _open_plan(connection, part, holiday)
            for holiday in dict.fromkeys(line.holiday for line in self.lines)
        }
        known = await connection.fetch(
            _KNOWN,
            part.tenant_id,
            [line.item_id for line in self.lines],
            [line.warehouse_id for line in self.lines],
        )
        results = []
        wanted = []
        for line, row in zip(self.lines, known, strict=True):
            result = "decided" if plans[line.holiday] is None else "unchanged"
            if not row["has_item"]:
                result = "unknown_item"
            elif not row["has_warehouse"]:
                result = "unknown_warehouse"
            elif plans[line.holiday] is not None:
                wanted.append(line)
            results.append(result)
        written = await _write_lines(connection, part.tenant_id, plans, wanted)
        return [
            (
                line.item_id,
                "stored"
                if result == "unchanged" and (plans[line.holiday], line.item_id, line.warehouse_id) in written
                else result,
            )
            for line, result in zip(self.lines, results, strict=True)
        ]

    async def end_older(self, connection: Connection, part: Part) -> int:
        """Close the plans of older releases that nobody touched and that found no successor; return how many."""
        closed: int = await connection.fetchval(_SUPERSEDE_REST, part.tenant_id, part.release_id)
        return closed


async def _open_plan(connection: Connection, part: Part, holiday: Holiday) -> UUID | None:
    """Return the release's own plan of a holiday, or None if people have made one of an older release theirs."""
    row = await connection.fetchrow(
        "select plan_id, status, release_id from mall.holiday_plan where tenant_id = $1 and occasion_id = $2 "
        "and first_day = $3 and status <> 'superseded' for update",
        part.tenant_id,
        holiday.occasion_id,
        holiday.first_day,
    )
    if row is not None:
        if row["status"] != Status.PROPOSED:
            return None
        if row["release_id"] == part.release_id:
            known: UUID = row["plan_id"]
            return known
        await connection.execute(_SUPERSEDE, part.tenant_id, row["plan_id"])
    plan_id: UUID = await connection.fetchval(
        "insert into mall.holiday_plan (tenant_id, occasion_id, first_day, last_day, as_of_date, release_id) "
        "values ($1, $2, $3, $4, $5, $6) returning plan_id",
        part.tenant_id,
        holiday.occasion_id,
        holiday.first_day,
        holiday.last_day,
        part.as_of_date,
        part.release_id,
    )
    return plan_id


async def _write_lines(
    connection: Connection, tenant_id: UUID, plans: dict[Holiday, UUID | None], lines: Sequence[ProposedLine]
) -> set[tuple[UUID, UUID, UUID]]:
    """Write lines of open plans; return the keys of those that were not the same before."""
    columns = [
        [json.dumps(line.cuts) if name == "cuts" else getattr(line, name) for line in lines]
        for name, _ in _TOLD.values()
    ]
    rows = await connection.fetch(
        _WRITE_LINES,
        tenant_id,
        [plans[line.holiday] for line in lines],
        [line.item_id for line in lines],
        [line.warehouse_id for line in lines],
        *columns,
    )
    return {(row["plan_id"], row["item_id"], row["warehouse_id"]) for row in rows}
