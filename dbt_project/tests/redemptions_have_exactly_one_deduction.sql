-- Once a redemption is paid, one transfer has taken exactly its points from the redeeming
-- member's own account, and none before: while it waits for cash, a review or a confirmation its
-- points are held. One that was cancelled had been paid if points came back. An exchange takes
-- its points out of the program, all others redeem them. None is older than its redemption, or a
-- build of the days since would not find it.
with
    redemptions as (
        select *
        from {{ ref("stg_redemptions") }}
        where {{ on_changed_times("effective_at", ["redemption"]) }}
    ),
    entries as (
        {{
            rows_of_changed(
                ref("stg_entries"),
                "redemptions",
                ["tenant_id", "redemption_id"],
                ["redemption"],
                since="effective_at >= " ~ changed_time_from(["redemption"]),
            )
        }}
    ),
    expected as (
        select
            tenant_id,
            redemption_id,
            member_id,
            case when mode = 'exchange' then 'exchange_out' else 'redeem' end as transfer_kind,
            case
                when status in ('created', 'in_review')
                then 0
                when status = 'cancelled' and refunded_points = 0
                then 0
                else points
            end as points,
            effective_at
        from redemptions
    ),
    deductions as (
        select
            tenant_id,
            redemption_id,
            transfer_id,
            transfer_kind,
            member_id,
            - sum(amount_points) as points,
            min(effective_at) as effective_at
        from entries
        where
            transfer_kind in ('redeem', 'exchange_out')
            and account_kind = 'member'
            and amount_points < 0
            and redemption_id is not null
        group by tenant_id, redemption_id, transfer_id, transfer_kind, member_id
    )

select
    coalesce(expected.tenant_id, deductions.tenant_id) as tenant_id,
    coalesce(expected.redemption_id, deductions.redemption_id) as redemption_id,
    count(deductions.transfer_id) as deduction_count,
    any_value(expected.points) as redemption_points,
    sum(deductions.points) as deducted_points
from expected
full join
    deductions
    on deductions.tenant_id = expected.tenant_id
    and deductions.redemption_id = expected.redemption_id
group by
    coalesce(expected.tenant_id, deductions.tenant_id),
    coalesce(expected.redemption_id, deductions.redemption_id)
having
    any_value(expected.points) is distinct from coalesce(sum(deductions.points), 0)
    or (
        any_value(expected.points) > 0
        and (
            count(deductions.transfer_id) <> 1
            or any_value(expected.member_id) is distinct from any_value(deductions.member_id)
            or any_value(expected.transfer_kind)
            is distinct from any_value(deductions.transfer_kind)
            or any_value(expected.effective_at) > any_value(deductions.effective_at)
        )
    )
    or (any_value(expected.points) = 0 and count(deductions.transfer_id) > 0)
