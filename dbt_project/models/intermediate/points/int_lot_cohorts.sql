with
    entries as (select * from {{ ref("stg_entries") }}),
    lots as (select * from {{ ref("stg_lots") }}),
    counted_members as (select * from {{ ref("int_counted_members") }})

-- A lot bears the id of the transfer that credited it.
select
    lots.tenant_id,
    lots.lot_id,
    cast(date_trunc('month', {{ business_date("entries.effective_at") }}) as date) as cohort_month,
    lots.expires_on
from lots
inner join
    counted_members
    on counted_members.tenant_id = lots.tenant_id
    and counted_members.member_id = lots.member_id
inner join
    entries
    on entries.tenant_id = lots.tenant_id
    and entries.transfer_id = lots.lot_id
    and entries.lot_id = lots.lot_id
    and entries.account_kind = 'member'
