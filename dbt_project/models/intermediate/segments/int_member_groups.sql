{% set views = group_news() %}
{{ built_by_months_of_groups(views) }}

with
    segments as (
        select *
        from {{ ref("int_member_segments") }}
        where month >= {{ changed_month_from(views) }}
    ),
    member_groups as (
        select tenant_id, member_id, month, 'segment' as group_kind, segment as member_group
        from segments
        union all
        select tenant_id, member_id, month, 'stage' as group_kind, lifecycle_stage as member_group
        from segments
    ),
    told_groups as (
        select tenant_id, month, group_kind, member_group
        from member_groups
        group by tenant_id, month, group_kind, member_group
        having count(*) >= {{ var("fewest_members_of_a_group") }}
    )

select
    member_groups.tenant_id,
    member_groups.member_id,
    member_groups.month,
    member_groups.group_kind,
    member_groups.member_group
from member_groups
semi join
    told_groups
    on told_groups.tenant_id = member_groups.tenant_id
    and told_groups.month = member_groups.month
    and told_groups.group_kind = member_groups.group_kind
    and told_groups.member_group = member_groups.member_group
