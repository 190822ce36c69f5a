{% set views = ["event", "feedback", "entry", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views},
    )
}}

with
    facts as (
        select *
        from {{ ref("int_member_facts_daily") }}
        where {{ on_changed_dates("date", views) }}
    )

select tenant_id, date, kind, cast(sum(fact_count) as bigint) as fact_count
from facts
group by tenant_id, date, kind
