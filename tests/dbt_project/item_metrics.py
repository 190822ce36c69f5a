"""The metrics about items, stock and risk: their figures are tested apart from those about members."""

ITEM_METRICS = (
    "abuse_block_rate", "catalogue_quality_share", "catalogue_scarce_share", "catalogue_staple_share",
    "false_block_rate", "item_redemption_rate", "lost_demand_rate", "sell_through_rate", "stock_out_rate",
    "stock_turnover_days", "virtual_issue_rate",
)  # fmt: skip
