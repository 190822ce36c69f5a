{% set views = ["event", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month": "month", "changed_views": views},
    )
}}

with
    acts as (
        select tenant_id, occurred_date as date, occurred_at as moment, true as is_event
        from {{ ref("fct_events") }}
        where {{ on_changed_dates("occurred_date", views, whole_months=true) }}
        union all
        select tenant_id, effective_date as date, effective_at as moment, false as is_event
        from {{ ref("fct_redemptions") }}
        where {{ on_changed_dates("effective_date", views, whole_months=true) }} and is_kept
    ),
    tenants as (select * from {{ ref("dim_tenant") }}),
    dates as (select * from {{ ref("dim_date") }})

select
    acts.tenant_id,
    dates.month_start as month,
    dates.iso_weekday,
    {{ business_hour("acts.moment") }} as hour,
    count(*) filter (where acts.is_event) as event_count,
    count(*) filter (where not acts.is_event) as redemption_count
from acts
inner join
    tenants
    on tenants.tenant_id = acts.tenant_id
    and acts.date between tenants.first_fact_date and tenants.last_fact_date
inner join dates on dates.date = acts.date
group by acts.tenant_id, dates.month_start, dates.iso_weekday, {{ business_hour("acts.moment") }}
