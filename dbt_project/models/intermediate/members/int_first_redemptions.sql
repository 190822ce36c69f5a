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
from redemptions
{% if changed_spans(["redemption"]) is not none %}
    anti join
        (
            select tenant_id, member_id
            from {{ this }}
            where first_date < {{ changed_from(["redemption"]) }}
        ) as redeemed_before
        on redeemed_before.tenant_id = redemptions.tenant_id
        and redeemed_before.member_id = redemptions.member_id
{% endif %}
group by redemptions.tenant_id, redemptions.member_id
