{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "occurred_date", "changed_views": ["event"]},
    )
}}

with
    acts as (
        select * from {{ ref("stg_events") }} where {{ on_changed_times("occurred_at", ["event"]) }}
    ),
    members as (select * from {{ ref("int_counted_members") }})

select
    acts.tenant_id,
    acts.event_id,
    acts.member_id,
    acts.kind,
    acts.item_id,
    acts.occurred_at,
    {{ business_date("acts.occurred_at") }} as occurred_date
from acts
inner join members on members.tenant_id = acts.tenant_id and members.member_id = acts.member_id
