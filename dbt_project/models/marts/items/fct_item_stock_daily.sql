{% set views = var("item_day_news") %}
{% set days_back = var("longest_trading_gap_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_views": views, "changed_days_back": days_back},
    )
}}

with
    stock as (
        select *
        from {{ ref("int_item_stock_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    )

select
    tenant_id,
    item_id,
    date,
    opening_quantity,
    received_quantity,
    returned_quantity,
    corrected_quantity,
    issued_quantity,
    closing_quantity,
    closing_sellable_quantity,
    lowest_sellable_quantity,
    highest_sellable_quantity,
    is_listed,
    is_stocked_out,
    is_stocked_out_all_day,
    refusal_count,
    refused_quantity
from stock
