"""What people call the categories of goods; rules, figures and addresses go by their codes."""

import pandas as pd

from dashboards.marts import TenantMarts
from dashboards.words import Language

_NAMES = """
    select distinct c.category, c.name_zh, c.name_en
    from marts.dim_category c
    join marts.dim_item i on i.category = c.category
    join marts.dim_offer o on o.item_id = i.item_id
    where o.tenant_id = $tenant_id
"""


def category_names(marts: TenantMarts, language: Language) -> dict[str, str]:
    """Return the names of the categories the tenant offers goods of, by code; none of a release from before them."""
    if marts.lacks("dim_category"):
        return {}
    rows = marts.rows(_NAMES)
    return dict(zip(rows["category"], rows[f"name_{language}"], strict=True))


def with_category_names(marts: TenantMarts, rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return rows with the names of their `category` in its place; what has no name keeps its code."""
    if "category" not in rows:
        return rows
    names = category_names(marts, language)
    return rows.assign(category=rows["category"].map(lambda code: names.get(code, code)))
