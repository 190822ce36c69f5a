{% set views = ["event", "feedback", "entry", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views},
    )
}}

with
    acts as (select * from {{ ref("stg_events") }}),
    feedback as (select * from {{ ref("stg_feedback") }}),
    transfers as (select * from {{ ref("int_member_transfers") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    facts as (
        select tenant_id, member_id, 'event' as kind, {{ business_date("occurred_at") }} as date
        from acts
        where {{ on_changed_times("occurred_at", views) }}
        union all
        select tenant_id, member_id, 'feedback' as kind, {{ business_date("answered_at") }} as date
        from feedback
        where {{ on_changed_times("answered_at", views) }}
        union all
        select tenant_id, member_id, transfer_kind as kind, effective_date as date
        from transfers
        where transfer_kind in ('earn', 'grant') and {{ on_changed_dates("effective_date", views) }}
        union all
        select tenant_id, member_id, 'redemption' as kind, effective_date as date
        from redemptions
        where {{ on_changed_dates("effective_date", views) }}
    ),
    daily_facts as (
        select tenant_id, member_id, date, kind, count(*) as fact_count
        from facts
        group by tenant_id, member_id, date, kind
    )

select
    daily_facts.tenant_id,
    daily_facts.member_id,
    daily_facts.date,
    daily_facts.kind,
    daily_facts.fact_count
from daily_facts
inner join
    counted_members
    on counted_members.tenant_id = daily_facts.tenant_id
    and counted_members.member_id = daily_facts.member_id
