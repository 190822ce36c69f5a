{% set views = ["redemption", "event", "entry", "registration", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    segments as (
        select *
        from {{ ref("int_member_segments") }}
        where month >= {{ changed_month_from(views) }}
    )

select
    tenant_id,
    member_id,
    month,
    as_of_date,
    recency_days,
    frequency_count,
    monetary_points,
    recency_score,
    frequency_score,
    monetary_score,
    segment,
    tenure_days,
    idle_days,
    lifecycle_stage
from segments
