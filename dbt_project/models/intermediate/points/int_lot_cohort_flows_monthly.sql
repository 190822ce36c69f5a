with
    entries as (select * from {{ ref("stg_entries") }}),
    lots as (select * from {{ ref("int_lot_cohorts") }})

-- The lot's own transfer credits it, whatever its kind: a late refund makes a new lot.
select
    lots.tenant_id,
    lots.cohort_month,
    cast(date_trunc('month', {{ business_date("entries.effective_at") }}) as date) as month,
    cast(
        sum(
            case when entries.transfer_id = lots.lot_id then entries.amount_points else 0 end
        ) as bigint
    ) as issued_points,
    cast(
        sum(
            case
                when
                    entries.transfer_id <> lots.lot_id
                    and entries.transfer_kind in ('redeem', 'refund', 'exchange_out')
                then - entries.amount_points
                else 0
            end
        ) as bigint
    ) as spent_points,
    cast(
        sum(
            case when entries.transfer_kind = 'expire' then - entries.amount_points else 0 end
        ) as bigint
    ) as expired_points,
    cast(sum(entries.amount_points) as bigint) as change_points
from entries
inner join lots on lots.tenant_id = entries.tenant_id and lots.lot_id = entries.lot_id
where entries.account_kind = 'member'
group by
    lots.tenant_id,
    lots.cohort_month,
    cast(date_trunc('month', {{ business_date("entries.effective_at") }}) as date)
