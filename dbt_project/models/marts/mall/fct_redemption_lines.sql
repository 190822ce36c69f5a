{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": ["redemption"]},
    )
}}

with
    lines as (
        select *
        from {{ ref("int_redemption_lines") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    )

select
    tenant_id,
    redemption_id,
    line_no,
    member_id,
    item_id,
    mode,
    status,
    quantity,
    refunded_quantity,
    unit_points,
    line_points,
    effective_at,
    effective_date,
    is_demand
from lines
where is_counted
