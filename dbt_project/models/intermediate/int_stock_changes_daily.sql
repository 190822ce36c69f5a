{% set views = ["stock_movement", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views},
    )
}}

with
    movements as (select * from {{ ref("stg_stock_movements") }}),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    -- Goods leave the shelf whoever takes them, so test and erased members count here.
    changes as (
        select
            tenant_id,
            item_id,
            {{ business_date("effective_at") }} as date,
            sum(quantity) as quantity
        from movements
        where {{ on_changed_times("effective_at", views) }}
        group by tenant_id, item_id, {{ business_date("effective_at") }}
        union all
        select tenant_id, item_id, effective_date as date, - sum(quantity) as quantity
        from lines
        where {{ on_changed_dates("effective_date", views) }}
        group by tenant_id, item_id, effective_date
    )

select tenant_id, item_id, date, cast(sum(quantity) as bigint) as change_quantity
from changes
group by tenant_id, item_id, date
