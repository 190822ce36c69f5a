-- One redeem transfer, from the redeeming member's own account, of exactly the redemption's points.
-- A redemption, its lines and its deduction are written in one transaction and not updated after,
-- so all of them are landed together; see the generic test references_row_of.
with
    redemptions as (select * from {{ ref("stg_redemptions") }}),
    entries as (select * from {{ ref("stg_entries") }}),
    deductions as (
        select tenant_id, redemption_id, transfer_id, member_id, - sum(amount_points) as points
        from entries
        where transfer_kind = 'redeem' and account_kind = 'member'
        group by tenant_id, redemption_id, transfer_id, member_id
    )

select
    coalesce(redemptions.tenant_id, deductions.tenant_id) as tenant_id,
    coalesce(redemptions.redemption_id, deductions.redemption_id) as redemption_id,
    count(deductions.transfer_id) as deduction_count,
    any_value(redemptions.points) as redemption_points,
    sum(deductions.points) as deducted_points
from redemptions
full join
    deductions
    on deductions.tenant_id = redemptions.tenant_id
    and deductions.redemption_id = redemptions.redemption_id
group by
    coalesce(redemptions.tenant_id, deductions.tenant_id),
    coalesce(redemptions.redemption_id, deductions.redemption_id)
having
    count(deductions.transfer_id) <> 1
    or any_value(redemptions.points) is distinct from sum(deductions.points)
    or any_value(redemptions.member_id) is distinct from any_value(deductions.member_id)
