with
    lots as (select * from {{ ref("dim_lot") }}),
    entries as (select * from {{ ref("fct_entries") }}),
    days as (select * from {{ ref("fct_points_daily") }}),
    ends as (select tenant_id, max(date) as as_of_date from days group by tenant_id),
    coming as (
        select
            lots.tenant_id,
            lots.lot_id,
            lots.member_id,
            lots.expires_on,
            ends.as_of_date,
            cast(date_trunc('month', lots.expires_on) as date) as expiry_month
        from lots
        inner join ends on ends.tenant_id = lots.tenant_id
        where lots.expires_on > ends.as_of_date
    ),
    held as (
        select entries.tenant_id, entries.lot_id, sum(entries.amount_points) as remaining_points
        from entries
        semi join coming on coming.tenant_id = entries.tenant_id and coming.lot_id = entries.lot_id
        where entries.account_kind = 'member'
        group by entries.tenant_id, entries.lot_id
    ),
    waves as (
        select
            coming.*,
            held.remaining_points,
            min(coming.expiry_month) over (
                partition by coming.tenant_id, coming.member_id
            ) as first_expiry_month
        from coming
        inner join held on held.tenant_id = coming.tenant_id and held.lot_id = coming.lot_id
        where held.remaining_points > 0
    ),
    monthly as (
        select
            tenant_id,
            expiry_month,
            max(as_of_date) as as_of_date,
            min(expires_on) as first_expires_on,
            cast(sum(remaining_points) as bigint) as remaining_points,
            count(*) as lot_count,
            count(distinct member_id) as member_count,
            count(
                distinct case when first_expiry_month = expiry_month then member_id end
            ) as new_member_count
        from waves
        group by tenant_id, expiry_month
    )

select
    tenant_id,
    expiry_month,
    as_of_date,
    first_expires_on,
    remaining_points,
    lot_count,
    member_count,
    cast(
        sum(new_member_count) over (partition by tenant_id order by expiry_month) as bigint
    ) as member_count_so_far
from monthly
