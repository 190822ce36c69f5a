-- What came back to the redeeming member for a redemption is its refunded points: all of them
-- where it was refunded, a part where in part, all or none where it was cancelled. Exchanges come
-- back by a transfer of their own kind.
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
    refunds as (
        select tenant_id, redemption_id, member_id, sum(amount_points) as points
        from entries
        where
            transfer_kind in ('refund', 'exchange_out')
            and account_kind = 'member'
            and amount_points > 0
            and redemption_id is not null
        group by tenant_id, redemption_id, member_id
    )

select
    coalesce(redemptions.tenant_id, refunds.tenant_id) as tenant_id,
    coalesce(redemptions.redemption_id, refunds.redemption_id) as redemption_id,
    redemptions.status,
    redemptions.refunded_points,
    refunds.points as returned_points
from redemptions
full join
    refunds
    on refunds.tenant_id = redemptions.tenant_id
    and refunds.redemption_id = redemptions.redemption_id
    and refunds.member_id = redemptions.member_id
where
    coalesce(refunds.points, 0) is distinct from redemptions.refunded_points
    or case
        when redemptions.status = 'refunded'
        then
            redemptions.refunded_points <> redemptions.points
            or redemptions.refunded_cash_fen <> redemptions.cash_fen
        when redemptions.status = 'partially_refunded'
        then
            redemptions.refunded_points > redemptions.points
            or redemptions.refunded_cash_fen > redemptions.cash_fen
        when redemptions.status = 'cancelled' and redemptions.refunded_points > 0
        then
            redemptions.refunded_points <> redemptions.points
            or redemptions.refunded_cash_fen <> redemptions.cash_fen
        else redemptions.refunded_points <> 0 or redemptions.refunded_cash_fen <> 0
    end
