{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "first_date", "changed_views": ["redemption"]},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_redemptions") }}
        where effective_date >= {{ changed_from(["redemption"]) }} and is_counted and is_demand
    )

-- Whoever redeemed before the first changed day keeps that redemption as the first.
select
    redemptions.tenant_id,
    redemptions.member_id,
    min(redemptions.effective_at) as first_at,
    min(redemptions.effective_date) as first_date
from redemptions {{ without_earlier_firsts("redemptions", ["redemption"]) }}
group by redemptions.tenant_id, redemptions.member_id
