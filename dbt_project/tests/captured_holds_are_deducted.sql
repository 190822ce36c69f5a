{{ config(tags=["whole_history"]) }}

-- Per member: what was captured of holds that belong to no redemption is what was redeemed
-- without one.
with
    holds as (select * from {{ ref("stg_holds") }}),
    entries as (select * from {{ ref("stg_entries") }}),
    captured as (
        select tenant_id, member_id, sum(captured_points) as points
        from holds
        where redemption_id is null and captured_points > 0
        group by tenant_id, member_id
    ),
    redeemed as (
        select tenant_id, member_id, - sum(amount_points) as points
        from entries
        where transfer_kind = 'redeem' and account_kind = 'member' and redemption_id is null
        group by tenant_id, member_id
    )

select
    coalesce(captured.tenant_id, redeemed.tenant_id) as tenant_id,
    coalesce(captured.member_id, redeemed.member_id) as member_id,
    captured.points as captured_points,
    redeemed.points as redeemed_points
from captured
full join
    redeemed on redeemed.tenant_id = captured.tenant_id and redeemed.member_id = captured.member_id
where captured.points is distinct from redeemed.points
