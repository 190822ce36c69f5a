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
    counted_members as (select * from {{ ref("int_counted_members") }}),
    transfers as (
        {{
            rows_of_changed(
                ref("int_member_transfers"),
                "redemptions",
                ["tenant_id", "redemption_id"],
                ["redemption"],
                since="effective_date >= " ~ changed_from(["redemption"]),
            )
        }}
    ),
    deductions as (
        select tenant_id, redemption_id, count(*) as deduction_count, - sum(amount_points) as points
        from transfers
        where
            redemption_id is not null
            and transfer_kind in ('redeem', 'exchange_out')
            and amount_points < 0
        group by tenant_id, redemption_id
    ),
    -- Cancelling a paid redemption gives its points back; where none came back, none had been
    -- taken.
    redemptions_of_counted as (
        select
            redemptions.*,
            redemptions.status <> 'cancelled' or redemptions.refunded_points > 0 as is_demand,
            redemptions.status not in ('created', 'in_review')
            and (redemptions.status <> 'cancelled' or redemptions.refunded_points > 0) as is_paid,
            -- What nobody paid or a reviewer denied was never the platform's to deliver; nor was a
            -- bill offset without its points taken, which the bill's owner did not credit.
            redemptions.status <> 'cancelled'
            or (
                coalesce(redemptions.cancel_reason, 'other') = 'other'
                and (redemptions.mode <> 'bill_offset' or redemptions.refunded_points > 0)
            ) as is_valid_request
        from redemptions
        inner join
            counted_members
            on counted_members.tenant_id = redemptions.tenant_id
            and counted_members.member_id = redemptions.member_id
    )

select
    redemptions.tenant_id,
    redemptions.redemption_id,
    redemptions.member_id,
    redemptions.mode,
    redemptions.status,
    redemptions.points,
    redemptions.cash_points,
    redemptions.cash_fen,
    redemptions.fee_points,
    redemptions.bill_fen,
    redemptions.refunded_points,
    redemptions.refunded_cash_fen,
    case
        when redemptions.is_paid then redemptions.points - redemptions.refunded_points else 0
    end as net_points,
    redemptions.flash_sale_id,
    redemptions.draw_id,
    redemptions.cancel_reason,
    redemptions.effective_at,
    {{ business_date("redemptions.effective_at") }} as effective_date,
    redemptions.deadline,
    redemptions.paid_at,
    redemptions.shipped_at,
    redemptions.delivered_at,
    redemptions.completed_at,
    {{ business_date("redemptions.completed_at") }} as completed_date,
    redemptions.ended_at,
    redemptions.is_demand,
    redemptions.is_paid and redemptions.status not in ('cancelled', 'refunded') as is_kept,
    redemptions.completed_at is not null and redemptions.status <> 'refunded' as is_completed,
    redemptions.is_valid_request,
    redemptions.is_valid_request and redemptions.status <> 'cancelled' as is_successful,
    coalesce(deductions.deduction_count, 0) as deduction_count,
    case
        when redemptions.is_paid
        then
            coalesce(
                deductions.deduction_count = 1 and deductions.points = redemptions.points, false
            )
        else deductions.deduction_count is null
    end as is_deducted_once
from redemptions_of_counted as redemptions
left join
    deductions
    on deductions.tenant_id = redemptions.tenant_id
    and deductions.redemption_id = redemptions.redemption_id
-- By days, so that a run after one more day finds its rows together and not a few in every block.
order by effective_date
