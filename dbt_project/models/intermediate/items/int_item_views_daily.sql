{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": ["event"]},
    )
}}

with
    acts as (
        select * from {{ ref("stg_events") }} where {{ on_changed_times("occurred_at", ["event"]) }}
    ),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    viewers as (
        select distinct tenant_id, item_id, member_id, {{ business_date("occurred_at") }} as date
        from acts
        where kind = 'view' and item_id is not null
    )

select viewers.tenant_id, viewers.item_id, viewers.date, count(*) as view_count
from viewers
inner join
    counted_members
    on counted_members.tenant_id = viewers.tenant_id
    and counted_members.member_id = viewers.member_id
group by viewers.tenant_id, viewers.item_id, viewers.date
