"""The monthly score of each supplier, from what its events say of it."""

import pandas as pd

from dashboards.desks.scores import of_a_hundred
from dashboards.downloads import Column
from dashboards.marts import TenantMarts
from dashboards.tables import Table
from dashboards.words import Words

TABLES = ("fct_supplier_scores_monthly",)

_SCORES = """
    select supplier_code, supplier_name, month, score, low, high, known_weight, n, is_small_sample
    from marts.fct_supplier_scores_monthly
    where tenant_id = $tenant_id
    order by month desc, score, supplier_name
"""


def monthly_scores(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per supplier and month, the newest month and in it the lowest score leading."""
    return marts.rows(_SCORES)


def table(words: Words, scores: pd.DataFrame) -> Table:
    """Return the rows of the scores."""
    return Table(
        "monthly_scores",
        words("supplier_scores"),
        of_a_hundred(scores, "score", "low", "high").assign(
            told=scores["is_small_sample"].map({True: words("small_sample"), False: ""})
        ),
        [
            Column("supplier_name", words("supplier"), "text"),
            Column("month", words("month"), "month"),
            Column("score", words("supplier_score"), "quantity"),
            Column("low", words("low"), "quantity"),
            Column("high", words("high"), "quantity"),
            Column("known_weight", words("known_weight"), "rate"),
            Column("n", words("redemptions_behind"), "count"),
            Column("told", words("remark"), "text"),
        ],
    )
