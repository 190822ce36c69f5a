{% set views = ["event", "entry", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_period": "period_start", "changed_views": views},
    )
}}

with
    period_days as (
        select *
        from {{ ref("int_kpi_period_days") }}
        where {{ on_changed_periods("period_start", "grain", views) }}
    ),
    facts as (
        select *
        from {{ ref("int_member_facts_daily") }}
        where {{ on_changed_dates("date", views, whole_months=true) }}
    ),
    members as (select * from {{ ref("int_counted_members") }}),
    -- A grant is the tenant's gift and feedback an answer to a question: neither is the member's
    -- own act. An act dated before its member's registration must not lift the rate above one.
    active_members as (
        select distinct
            period_days.tenant_id, period_days.grain, period_days.period_start, facts.member_id
        from period_days
        inner join
            facts on facts.tenant_id = period_days.tenant_id and facts.date = period_days.date
        inner join
            members on members.tenant_id = facts.tenant_id and members.member_id = facts.member_id
        where
            facts.kind in ('event', 'earn', 'redemption')
            and members.registered_date <= period_days.period_end
    )

select tenant_id, grain, period_start, count(*) as active_member_count
from active_members
group by tenant_id, grain, period_start
