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
    member_groups as (
        select * from {{ ref("int_member_groups") }} where month >= {{ changed_month_from(views) }}
    )

select
    members.tenant_id,
    members.month,
    member_groups.group_kind,
    member_groups.member_group,
    {{ funnel_counts() }}
from {{ in_groups_of_month("members", "member_groups") }}
group by members.tenant_id, members.month, member_groups.group_kind, member_groups.member_group
