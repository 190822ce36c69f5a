with
    entries as (select * from {{ ref("stg_entries") }}),
    lots as (select * from {{ ref("stg_lots") }}),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    movements as (
        select
            entries.tenant_id,
            entries.lot_id,
            entries.transfer_id,
            entries.transfer_kind,
            entries.amount_points,
            cast(date_trunc('month', {{ business_date("entries.effective_at") }}) as date) as month
        from entries
        inner join
            counted_members
            on counted_members.tenant_id = entries.tenant_id
            and counted_members.member_id = entries.member_id
        where entries.account_kind = 'member'
    ),
    -- A lot bears the id of the transfer that credited it, whatever its kind: a late refund makes a
    -- new lot.
    cohorts as (
        select
            movements.tenant_id, movements.lot_id, movements.month as cohort_month, lots.expires_on
        from movements
        inner join lots on lots.tenant_id = movements.tenant_id and lots.lot_id = movements.lot_id
        where movements.transfer_id = movements.lot_id
    )

select
    cohorts.tenant_id,
    cohorts.cohort_month,
    movements.month,
    cast(
        sum(case when movements.transfer_id = cohorts.lot_id then 1 else 0 end) as bigint
    ) as lot_count,
    cast(
        sum(
            case
                when movements.transfer_id = cohorts.lot_id and cohorts.expires_on is null
                then 1
                else 0
            end
        ) as bigint
    ) as endless_lot_count,
    max(cohorts.expires_on) as last_expires_on,
    cast(
        sum(
            case when movements.transfer_id = cohorts.lot_id then movements.amount_points else 0 end
        ) as bigint
    ) as issued_points,
    cast(
        sum(
            case
                when
                    movements.transfer_id <> cohorts.lot_id
                    and movements.transfer_kind in ('redeem', 'refund', 'exchange_out')
                then - movements.amount_points
                else 0
            end
        ) as bigint
    ) as spent_points,
    cast(
        sum(
            case when movements.transfer_kind = 'expire' then - movements.amount_points else 0 end
        ) as bigint
    ) as expired_points,
    cast(sum(movements.amount_points) as bigint) as change_points
from movements
inner join cohorts on cohorts.tenant_id = movements.tenant_id and cohorts.lot_id = movements.lot_id
group by cohorts.tenant_id, cohorts.cohort_month, movements.month
