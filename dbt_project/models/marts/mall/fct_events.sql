{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "occurred_date", "changed_views": ["event"]},
    )
}}

with
    events as (
        select * from {{ ref("stg_events") }} where {{ on_changed_times("occurred_at", ["event"]) }}
    ),
    members as (select * from {{ ref("int_counted_members") }})

select
    events.tenant_id,
    events.event_id,
    events.member_id,
    events.kind,
    events.item_id,
    events.occurred_at,
    {{ business_date("events.occurred_at") }} as occurred_date
from events
inner join members on members.tenant_id = events.tenant_id and members.member_id = events.member_id
