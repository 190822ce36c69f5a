{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month": "month", "changed_views": ["event", "entry", "redemption"]},
    )
}}

with
    facts as (
        select *
        from {{ ref("int_member_facts_daily") }}
        where {{ on_changed_dates("date", ["event", "entry", "redemption"], whole_months=true) }}
    )

-- As in the activity rate: a grant is the tenant's gift and feedback an answer to a question.
select
    tenant_id,
    member_id,
    cast(date_trunc('month', date) as date) as month,
    max(date) as last_active_date
from facts
where kind in ('event', 'earn', 'redemption')
group by tenant_id, member_id, cast(date_trunc('month', date) as date)
