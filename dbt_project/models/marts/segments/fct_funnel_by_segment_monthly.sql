{% set views = ["redemption", "event", "entry", "registration", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    members as ({{ funnel_members(views) }}),
    segments as (
        select *
        from {{ ref("fct_member_segments") }}
        where month >= {{ changed_month_from(views) }}
    ),
    members_of_segments as (
        select members.*, segments.segment, segments.lifecycle_stage
        from members
        inner join
            segments
            on segments.tenant_id = members.tenant_id
            and segments.member_id = members.member_id
            and segments.month = members.month
    )

select tenant_id, month, {{ member_group() }}, {{ funnel_counts() }}
from members_of_segments
group by {{ member_group_sets(["tenant_id", "month"]) }}
