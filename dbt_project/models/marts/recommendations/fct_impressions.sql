{% set views = ["event", "redemption"] %}
{% set window_days = var("impression_redemption_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views, "changed_days_back": window_days},
    )
}}

with
    shown as (
        select *
        from {{ ref("stg_impressions") }}
        where {{ on_changed_times("shown_at", views, window_days) }}
    ),
    acts as (
        select *
        from {{ ref("stg_events") }}
        where
            kind in ('view', 'click', 'favourite')
            and {{ on_changed_times("occurred_at", views, window_days, window_days) }}
    ),
    lines as (
        select *
        from {{ ref("int_redemption_lines") }}
        where {{ on_changed_dates("effective_date", views, window_days, window_days) }}
    ),
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where {{ on_changed_dates("effective_date", views, window_days, window_days) }}
    ),
    members as (select * from {{ ref("int_counted_members") }}),
    impressions as (
        select shown.*, {{ business_date("shown.shown_at") }} as date
        from shown
        inner join
            members on members.tenant_id = shown.tenant_id and members.member_id = shown.member_id
    ),
    -- What names an answer is the effect of that answer and of no other; clocks need not agree to
    -- the second on what came first. A click that names none is the effect of what was just shown.
    clicked as (
        select impressions.tenant_id, impressions.event_id
        from impressions
        semi join
            acts
            on acts.tenant_id = impressions.tenant_id
            and acts.member_id = impressions.member_id
            and acts.item_id = impressions.item_id
            and (
                (
                    acts.request_id = impressions.request_id
                    and {{ business_date("acts.occurred_at") }}
                    between impressions.date and impressions.date + {{ window_days }}
                )
                or (
                    acts.kind = 'click'
                    and acts.request_id is null
                    and acts.occurred_at >= impressions.shown_at
                    and acts.occurred_at
                    < impressions.shown_at + interval {{ var("impression_click_hours") }} hour
                )
            )
    ),
    -- A prize was drawn and not chosen.
    redeemed as (
        select distinct impressions.tenant_id, impressions.event_id
        from impressions
        inner join
            lines
            on lines.tenant_id = impressions.tenant_id
            and lines.member_id = impressions.member_id
            and lines.item_id = impressions.item_id
            and lines.effective_at >= impressions.shown_at
            and lines.effective_at < impressions.shown_at + interval {{ window_days }} day
        inner join
            redemptions
            on redemptions.tenant_id = lines.tenant_id
            and redemptions.redemption_id = lines.redemption_id
        where
            redemptions.is_kept
            and redemptions.mode <> 'draw'
            and lines.refunded_quantity < lines.quantity
    )

select
    impressions.tenant_id,
    impressions.event_id,
    impressions.request_id,
    impressions.member_id,
    impressions.item_id,
    impressions.position,
    impressions.policy,
    impressions.propensity,
    impressions.context,
    impressions.stage,
    impressions.shown_at,
    impressions.date,
    clicked.event_id is not null as is_clicked,
    redeemed.event_id is not null as is_redeemed
from impressions
left join
    clicked on clicked.tenant_id = impressions.tenant_id and clicked.event_id = impressions.event_id
left join
    redeemed
    on redeemed.tenant_id = impressions.tenant_id
    and redeemed.event_id = impressions.event_id
