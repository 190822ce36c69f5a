"""The metrics about items, stock and risk, and about service: their figures are tested apart from those about members."""

ITEM_METRICS = (
    "abuse_block_rate", "brand_direct_rate", "catalogue_quality_share", "catalogue_scarce_share", "catalogue_staple_share",
    "false_block_rate", "item_redemption_rate", "lost_demand_rate", "sell_through_rate", "stock_out_rate",
    "stock_turnover_days", "virtual_issue_rate",
)  # fmt: skip
SERVICE_METRICS = (
    "after_sales_24h_rate", "complaint_rate", "deliver_on_time_rate", "restock_48h_rate", "sentiment_negative_rate",
    "ship_48h_rate",
)  # fmt: skip
MONEY_METRICS = ("onboarding_days", "settlement_on_time_rate")
TESTED_APART = ITEM_METRICS + SERVICE_METRICS + MONEY_METRICS
# They have marts of their own, and no row for each day.
SCORES = ("fee_share", "points_liability", "supplier_score", "value_score")
