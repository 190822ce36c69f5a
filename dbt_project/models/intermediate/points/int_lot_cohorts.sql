{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "credited_date", "changed_views": ["entry"]},
    )
}}

with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where {{ on_changed_times("effective_at", ["entry"]) }}
    ),
    lots as (select * from {{ ref("stg_lots") }}),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    -- A lot bears the id of the transfer that credited it, whatever its kind: a late refund makes a
    -- new lot.
    credits as (
        select tenant_id, lot_id, member_id, {{ business_date("effective_at") }} as credited_date
        from entries
        where account_kind = 'member' and transfer_id = lot_id
    )

select
    credits.tenant_id,
    credits.lot_id,
    credits.credited_date,
    cast(date_trunc('month', credits.credited_date) as date) as cohort_month,
    lots.expires_on
from credits
inner join lots on lots.tenant_id = credits.tenant_id and lots.lot_id = credits.lot_id
inner join
    counted_members
    on counted_members.tenant_id = credits.tenant_id
    and counted_members.member_id = credits.member_id
-- By days, so that a run after one more day finds the lots that still live together.
order by credits.credited_date
