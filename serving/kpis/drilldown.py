"""A metric by category, price band, segment or stage: sums of the rows that `dim_metric_drilldown` says are behind it.

What a metric counts is told by the release alone; here it is only grouped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from serving.marts import columns
from serving.release import Release, Rows

By = Literal["category", "price_band", "segment", "lifecycle_stage"]

# First price in points of each band but the first.
PRICE_BANDS = (100, 500, 2_000, 10_000)
_OF_ITEM: dict[By, str] = {
    "category": "select item_id, category as slice from release.marts.dim_item",
    "price_band": "select item_id, {} as slice from release.marts.dim_offer where tenant_id = $tenant_id".format(
        "case "
        + " ".join(
            f"when price_points < {until} then '{first}-{until - 1}'"
            for first, until in zip((0, *PRICE_BANDS), PRICE_BANDS, strict=False)
        )
        + f" else '{PRICE_BANDS[-1]}-' end"
    ),
}
# Where a member stood at the end of the last month told until then.
_MEMBER_COLUMNS: tuple[By, ...] = ("segment", "lifecycle_stage")
_OF_MEMBER: dict[By, str] = {
    by: f"select member_id, {by} as slice from release.marts.fct_member_segments where tenant_id = $tenant_id and month = "
    "(select max(month) from release.marts.fct_member_segments where tenant_id = $tenant_id and month <= $last)"
    for by in _MEMBER_COLUMNS
}
_SPANS = {
    "in_period": "between $first and $last",
    "until_period_end": "<= $last",
    "so_far": "<= $last",
    "on_closing_day": "= (select least($last, max(last_fact_date)) from release.marts.dim_tenant where tenant_id = $tenant_id)",
}


@dataclass(frozen=True)
class Source:
    """A row of dim_metric_drilldown: which rows of a mart make part of a metric, and how."""

    part: str
    mart: str
    date_column: str
    span: str
    value: str
    aggregate: str
    member_column: str | None
    condition: str | None


async def sources(release: Release, metric: str) -> list[Source]:
    """Return what is behind a metric."""
    found = await release.rows(
        "select part, mart, date_column, span, value, aggregate, member_column, condition "
        "from release.marts.dim_metric_drilldown where metric = ? order by part, mart",
        metric,
    )
    return [Source(*row) for row in found]


async def breakdowns(release: Release, behind: Sequence[Source]) -> list[By]:
    """Return by what a metric can be broken down: that which all marts behind both of its parts have."""
    if {source.part for source in behind} != {"numerator", "denominator"}:
        return []
    known = [await columns(release, source.mart) for source in behind]
    found: list[By] = []
    if all("item_id" in each for each in known):
        found += [*_OF_ITEM]
    if all("member_id" in each for each in known):
        found += [*_OF_MEMBER]
    return found


async def broken_down(
    release: Release, tenant_id: UUID, behind: Sequence[Source], by: By, first: date, last: date
) -> Rows:
    """Return (slice, numerator, denominator) of a period; a slice of null: what belongs to none.

    Distinct members of several slices are counted in each.
    """
    selects = [_select(source, by) for source in behind]
    aggregates = {source.part: source.aggregate for source in behind}
    values = ", ".join(
        f"coalesce({_aggregate(aggregates[part])} filter (part = '{part}'), 0)::bigint"
        for part in ("numerator", "denominator")
    )
    sql = f"select slice, {values} from ({' union all '.join(selects)}) group by slice order by slice nulls last"
    return await release.named_rows(sql, {"tenant_id": tenant_id, "first": first, "last": last})


def _select(source: Source, by: By) -> str:
    key, groups = ("item_id", _OF_ITEM[by]) if by in _OF_ITEM else ("member_id", _OF_MEMBER[by])
    counted = (
        f"and {source.member_column} in (select member_id from release.marts.dim_member "
        "where tenant_id = $tenant_id and registered_date <= $last)"
        if source.member_column
        else ""
    )
    return (
        f"select '{source.part}' as part, slice, number, name from (select {key} as key, {_value(source)} "
        f"from release.marts.{source.mart} where tenant_id = $tenant_id and {source.date_column} {_SPANS[source.span]} "
        f"and ({source.condition or 'true'}) {counted}) left join ({groups}) g on g.{key} = key"
    )


def _aggregate(aggregate: str) -> str:
    return "count(distinct name)" if aggregate == "distinct" else "sum(number)"


def _value(source: Source) -> str:
    """Return what is counted of a row: a number to add, or a name of which each counts once."""
    if source.aggregate == "distinct":
        return f"null::bigint as number, ({source.value})::varchar as name"
    return f"({source.value})::bigint as number, null::varchar as name"
