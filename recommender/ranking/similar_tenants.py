"""What members of other tenants take, as shares so broad that they tell nothing of a tenant or a member."""

from collections.abc import Mapping

import pandas as pd

from recommender.frames import require_columns

TAKEN_COLUMNS = ("tenant_id", "industry", "aspect", "value", "member_count", "taken_count")
# A share is told only if two other tenants or more have it, each of so many members or more: nobody is one of few, and
# no tenant can reckon another's figures. Official statistics ask for 3 to 10 units a cell.
_LEAST_MEMBERS, _LEAST_TENANTS = 25, 2

Shares = Mapping[str, Mapping[str, float]]


def similar_shares(taken: pd.DataFrame, *, tenant_id: str, industry: str) -> Shares:
    """Return by aspect and value the mean share of what members of similar tenants took.

    Similar are the other tenants of the industry; for an aspect of which they tell nothing, all others.

    Args:
        taken: one row per tenant, aspect (category, kind or band) and value, with the members who took anything of it
            (`member_count`) and what they took (`taken_count`); the tenant's own rows are left out.

    Raises:
        InvalidFrame: the frame lacks a column.
    """
    require_columns(taken, TAKEN_COLUMNS)
    others = taken[taken["tenant_id"] != tenant_id]
    return _told(others) | _told(others[others["industry"] == industry])


def _told(taken: pd.DataFrame) -> dict[str, dict[str, float]]:
    total = taken.groupby(["tenant_id", "aspect"])["taken_count"].transform("sum")
    told = taken.assign(share=taken["taken_count"] / total)
    told = told[(told["member_count"] >= _LEAST_MEMBERS) & (told["taken_count"] > 0)]
    # Summed up in one order, so that the order of rows cannot change the last digit.
    told = told.sort_values(["aspect", "value", "tenant_id"])
    cells = told.groupby(["aspect", "value"])["share"].agg(["mean", "size"])
    shares: dict[str, dict[str, float]] = {}
    for (aspect, value), mean, size in cells.itertuples():
        if size >= _LEAST_TENANTS and value != "":
            shares.setdefault(str(aspect), {})[str(value)] = float(mean)
    return shares
