{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month": "month", "changed_views": ["entry"]},
    )
}}

with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where
            {{ on_changed_times("effective_at", ["entry"], whole_months=true) }}
            and account_kind = 'member'
    ),
    cohorts as (select * from {{ ref("int_lot_cohorts") }})

select
    entries.tenant_id,
    entries.member_id,
    cohorts.cohort_month,
    cast(date_trunc('month', {{ business_date("entries.effective_at") }}) as date) as month,
    cast(sum(entries.amount_points) as bigint) as change_points
from entries
inner join cohorts on cohorts.tenant_id = entries.tenant_id and cohorts.lot_id = entries.lot_id
group by
    entries.tenant_id,
    entries.member_id,
    cohorts.cohort_month,
    cast(date_trunc('month', {{ business_date("entries.effective_at") }}) as date)
