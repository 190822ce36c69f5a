with
    balances as (select * from {{ ref("int_points_balances_daily") }}),
    left_out as (select * from balances where not is_counted)

select
    balances.tenant_id,
    balances.date,
    balances.issued_points,
    balances.redeemed_points,
    balances.expired_points,
    balances.exchanged_out_points,
    balances.exchanged_in_points,
    balances.adjusted_points,
    balances.owed_points,
    balances.fee_points,
    balances.outstanding_points,
    left_out.outstanding_points as left_out_points,
    balances.transfer_count,
    balances.unbalanced_transfer_count
from balances
inner join left_out on left_out.tenant_id = balances.tenant_id and left_out.date = balances.date
where balances.is_counted
