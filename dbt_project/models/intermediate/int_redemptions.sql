{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": ["redemption"]},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("stg_redemptions") }}
        where {{ on_changed_times("effective_at", ["redemption"]) }}
    ),
    counted_members as (select * from {{ ref("int_counted_members") }})

-- Cancelling a paid redemption gives its points back; where none came back, none had been taken.
select
    redemptions.tenant_id,
    redemptions.redemption_id,
    redemptions.member_id,
    redemptions.mode,
    redemptions.status,
    redemptions.flash_sale_id,
    redemptions.draw_id,
    redemptions.effective_at,
    {{ business_date("redemptions.effective_at") }} as effective_date,
    redemptions.paid_at,
    redemptions.completed_at,
    redemptions.ended_at,
    redemptions.status <> 'cancelled' or redemptions.refunded_points > 0 as is_demand,
    counted_members.member_id is not null as is_counted
from redemptions
left join
    counted_members
    on counted_members.tenant_id = redemptions.tenant_id
    and counted_members.member_id = redemptions.member_id
-- By days, so that a run after one more day finds its rows together and not a few in every block.
order by effective_date
