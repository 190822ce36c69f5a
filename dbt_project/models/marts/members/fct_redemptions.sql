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
        from {{ ref("int_redemption_outcomes") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
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
    redemptions.is_deducted_once
from redemptions
left join
    payments
    on payments.tenant_id = redemptions.tenant_id
    and payments.redemption_id = redemptions.redemption_id
