{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": ["redemption"]},
    )
}}

with
    lines as (
        select *
        from {{ ref("int_redemption_lines") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    )

-- A prize is the one line of its ticket, and was not asked for.
select
    tenant_id,
    item_id,
    effective_date as date,
    cast(sum(quantity) as bigint) as quantity,
    count(distinct redemption_id) as redemption_count,
    cast(sum(case when mode = 'draw' then quantity else 0 end) as bigint) as prize_quantity,
    cast(sum(line_points) as bigint) as points
from lines
where is_counted and is_demand
group by tenant_id, item_id, effective_date
