{% set views = ["event", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    members as ({{ funnel_members(views) }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }})

select members.tenant_id, members.month, {{ funnel_counts() }}
from members
inner join ranges on ranges.tenant_id = members.tenant_id
where
    members.month
    between cast(date_trunc('month', ranges.first_fact_date) as date) and ranges.last_fact_date
group by members.tenant_id, members.month
