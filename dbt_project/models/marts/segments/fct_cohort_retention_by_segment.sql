{% set views = group_news() %}
{% set length = var("cohort_triangle_months") %}
{{ built_by_months_of_groups(views, month="as_of_month") }}

with
    member_groups as ({{ changed_member_groups(views) }}),
    members as (select * from {{ ref("int_counted_members") }}),
    retention as (select * from {{ ref("fct_cohort_retention") }}),
    redemption_months as (
        select *
        from {{ ref("int_member_redemption_months") }}
        where first_month >= {{ changed_month_from(views) }} - interval {{ length }} month
    ),
    active_months as (
        select *
        from {{ ref("int_member_active_months") }}
        where month >= {{ changed_month_from(views) }} - interval {{ length }} month
    ),
    beginnings as (
        select
            tenant_id,
            member_id,
            'registration' as cohort_kind,
            cast(date_trunc('month', registered_date) as date) as cohort_month
        from members
        union all
        select tenant_id, member_id, 'first_redemption' as cohort_kind, first_month as cohort_month
        from redemption_months
        where month = first_month
    ),
    acts as (
        select tenant_id, member_id, 'registration' as cohort_kind, month
        from active_months
        union all
        select tenant_id, member_id, 'first_redemption' as cohort_kind, month
        from redemption_months
    ),
    -- Who is in a group at the end of a month, of those who began in the year before it.
    placed as (
        select
            member_groups.tenant_id,
            member_groups.member_id,
            member_groups.month as as_of_month,
            member_groups.group_kind,
            member_groups.member_group,
            beginnings.cohort_kind,
            beginnings.cohort_month
        from member_groups
        inner join
            beginnings
            on beginnings.tenant_id = member_groups.tenant_id
            and beginnings.member_id = member_groups.member_id
            and beginnings.cohort_month
            between member_groups.month - interval {{ length }} month and member_groups.month
    ),
    sizes as (
        select
            tenant_id,
            as_of_month,
            group_kind,
            member_group,
            cohort_kind,
            cohort_month,
            count(*) as cohort_size
        from placed
        group by tenant_id, as_of_month, group_kind, member_group, cohort_kind, cohort_month
        having count(*) >= {{ var("fewest_members_of_a_group") }}
    ),
    activity as (
        select
            placed.tenant_id,
            placed.as_of_month,
            placed.group_kind,
            placed.member_group,
            placed.cohort_kind,
            placed.cohort_month,
            acts.month,
            count(*) as active_count
        from placed
        inner join
            acts
            on acts.tenant_id = placed.tenant_id
            and acts.member_id = placed.member_id
            and acts.cohort_kind = placed.cohort_kind
            and acts.month between placed.cohort_month and placed.as_of_month
        group by
            placed.tenant_id,
            placed.as_of_month,
            placed.group_kind,
            placed.member_group,
            placed.cohort_kind,
            placed.cohort_month,
            acts.month
    ),
    -- The cells are those of all members, as far as they were known at the end of the month.
    counts as (
        select sizes.*, retention.months_since, retention.month, retention.is_whole_month
        from sizes
        inner join
            retention
            on retention.tenant_id = sizes.tenant_id
            and retention.cohort_kind = sizes.cohort_kind
            and retention.cohort_month = sizes.cohort_month
            and retention.month <= sizes.as_of_month
    )

select
    counts.tenant_id,
    counts.as_of_month,
    counts.group_kind,
    counts.member_group,
    counts.cohort_kind,
    counts.cohort_month,
    counts.months_since,
    counts.month,
    counts.is_whole_month,
    counts.cohort_size,
    coalesce(activity.active_count, 0) as active_count,
    {{ rate("coalesce(activity.active_count, 0)", "counts.cohort_size") }} as retention_rate,
    {{ wilson_low("coalesce(activity.active_count, 0)", "counts.cohort_size") }} as low,
    {{ wilson_high("coalesce(activity.active_count, 0)", "counts.cohort_size") }} as high
from counts
left join
    activity
    on activity.tenant_id = counts.tenant_id
    and activity.as_of_month = counts.as_of_month
    and activity.group_kind = counts.group_kind
    and activity.member_group = counts.member_group
    and activity.cohort_kind = counts.cohort_kind
    and activity.cohort_month = counts.cohort_month
    and activity.month = counts.month
