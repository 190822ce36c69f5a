{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": ["entry"]},
    )
}}

with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where {{ on_changed_times("effective_at", ["entry"]) }}
    ),
    cohorts as (select * from {{ ref("int_lot_cohorts") }}),
    movements as (
        select
            tenant_id,
            lot_id,
            transfer_id,
            transfer_kind,
            amount_points,
            {{ business_date("effective_at") }} as date
        from entries
        where account_kind = 'member'
    )

-- A lot of a member who counts has a cohort, and its movements are that member's.
select
    cohorts.tenant_id,
    cohorts.cohort_month,
    movements.date,
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
group by cohorts.tenant_id, cohorts.cohort_month, movements.date
