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
    item_days as (
        select * from {{ ref("int_item_days") }} where date >= {{ changed_from(views, days_back) }}
    ),
    expected_demand as (
        select *
        from {{ ref("int_item_expected_demand") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    -- What is missing on a day is what was refused at least. Who sees that nothing is left may not
    -- ask, so a day without any stock is also held against the item's own days with stock.
    measured as (
        select
            item_days.*,
            expected_demand.basis,
            expected_demand.expected_quantity,
            greatest(expected_demand.expected_quantity - item_days.quantity, 0) as missing_quantity
        from item_days
        left join
            expected_demand
            on expected_demand.tenant_id = item_days.tenant_id
            and expected_demand.item_id = item_days.item_id
            and expected_demand.date = item_days.date
    )

select
    tenant_id,
    item_id,
    date,
    cast(quantity as bigint) as quantity,
    redemption_count,
    on_hand_quantity,
    on_hand_quantity > 0 as is_in_stock,
    is_stocked_out,
    is_stocked_out_all_day,
    refused_quantity,
    round(expected_quantity, 6) as expected_quantity,
    case
        when expected_quantity is null and is_stocked_out_all_day and refused_quantity = 0
        then null
        when expected_quantity is null or refused_quantity > missing_quantity
        then cast(refused_quantity as double)
        else round(missing_quantity, 6)
    end as estimated_lost_quantity,
    case
        when not is_stocked_out_all_day and refused_quantity = 0
        then 'none'
        when expected_quantity is null and refused_quantity = 0
        then 'unknown'
        when expected_quantity is null or refused_quantity > missing_quantity
        then 'refused'
        else basis
    end as lost_basis
from measured
