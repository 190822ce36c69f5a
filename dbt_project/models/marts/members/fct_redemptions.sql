with
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    redemption_days as (select * from {{ ref("int_member_redemption_days") }}),
    payments as (select * from {{ ref("stg_payments") }})

select
    redemptions.tenant_id,
    redemptions.redemption_id,
    redemptions.member_id,
    redemptions.mode,
    redemptions.status,
    redemptions.points,
    redemptions.cash_points,
    redemptions.cash_fen,
    payments.provider as payment_provider,
    payments.status as payment_status,
    payments.captured_at as cash_captured_at,
    redemptions.fee_points,
    redemptions.bill_fen,
    redemptions.refunded_points,
    redemptions.refunded_cash_fen,
    redemptions.net_points,
    redemptions.flash_sale_id,
    redemptions.draw_id,
    redemptions.cancel_reason,
    redemptions.effective_at,
    redemptions.effective_date,
    redemptions.deadline,
    redemptions.paid_at,
    redemptions.shipped_at,
    redemptions.delivered_at,
    redemptions.completed_at,
    redemptions.completed_date,
    redemptions.ended_at,
    redemptions.is_demand,
    redemptions.is_kept,
    redemptions.is_completed,
    redemptions.is_valid_request,
    redemptions.is_successful,
    redemptions.deduction_count,
    redemptions.is_deducted_once,
    case when redemptions.is_kept then redemption_days.next_date end as next_redemption_date,
    case when redemptions.is_kept then redemption_days.is_repurchased end as is_repurchased
from redemptions
left join
    redemption_days
    on redemption_days.tenant_id = redemptions.tenant_id
    and redemption_days.member_id = redemptions.member_id
    and redemption_days.date = redemptions.effective_date
left join
    payments
    on payments.tenant_id = redemptions.tenant_id
    and payments.redemption_id = redemptions.redemption_id
