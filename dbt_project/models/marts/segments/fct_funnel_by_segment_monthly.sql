{% set views = group_news() %}
{{ built_by_months_of_groups(views) }}

with members as ({{ funnel_members(views) }}), member_groups as ({{ changed_member_groups(views) }})

select
    members.tenant_id,
    members.month,
    member_groups.group_kind,
    member_groups.member_group,
    {{ funnel_counts() }}
from {{ in_groups_of_month("members", "member_groups") }}
group by members.tenant_id, members.month, member_groups.group_kind, member_groups.member_group
