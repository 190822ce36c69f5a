with
    summed as (
        {{
            summed_counts(
                ref("int_service_counts_daily"),
                [
                    "ship_48h_rate",
                    "deliver_on_time_rate",
                    "after_sales_24h_rate",
                    "complaint_rate",
                    "restock_48h_rate",
                    "sentiment_negative_rate",
                ],
            )
        }}
    )

select tenant_id, grain, period_start, metric, numerator, denominator
from summed
