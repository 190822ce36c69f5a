"""The rows behind the page of campaigns: each flash sale with what it changed."""

import pandas as pd

from dashboards import campaigns_view
from dashboards.downloads import Column
from dashboards.tables import Table
from dashboards.words import Words


def table(words: Words, rows: pd.DataFrame) -> Table:
    """Return the flash sales of a period. `rows` is what `campaigns.sales` returned."""
    return Table(
        "sales",
        words("flash_sales"),
        rows.assign(verdict=rows["verdict"].map(campaigns_view.verdict_names(words))),
        [
            Column("name", words("item"), "text"),
            Column("category", words("category"), "text"),
            Column("first_date", words("first_day"), "date"),
            Column("last_date", words("last_day"), "date"),
            Column("price_points", words("price_points"), "count"),
            Column("allotted_quantity", words("allotted"), "count"),
            Column("sale_quantity", words("sold_in_sale"), "count"),
            Column("sale_points", words("points_word"), "count"),
            Column("window_quantity", words("quantity_in_window"), "count"),
            Column("expected_quantity", words("expected_in_window"), "quantity"),
            Column("uplift_quantity", words("uplift"), "quantity"),
            Column("uplift_low", words("low"), "quantity"),
            Column("uplift_high", words("high"), "quantity"),
            Column("verdict", words("verdict"), "text"),
            Column("baseline_day_count", words("baseline_days"), "count"),
            Column("pull_forward_quantity", words("pull_forward"), "quantity"),
            Column("pull_forward_low", words("pull_forward_low"), "quantity"),
            Column("pull_forward_high", words("pull_forward_high"), "quantity"),
            Column("after_day_count", words("after_days"), "count"),
            Column("redeemer_count", words("sale_redeemers"), "count"),
            Column("new_redeemer_count", words("sale_newcomers"), "count"),
            Column("new_redeemer_share", words("newcomer_share"), "rate"),
        ],
    )
