{% set views = group_news(
    ["completion", "feedback", "service", "review", "chat", "survey_answer"]
) %}
{{ built_by_months_of_groups(views) }}

with
    acts as (
        select *
        from {{ ref("int_group_acts_monthly") }}
        where month >= {{ changed_month_from(views) }}
    ),
    member_groups as ({{ changed_member_groups(views) }}),
    service_counts as (
        select *
        from {{ ref("int_member_service_counts") }}
        where date >= {{ changed_month_from(views) }}
    ),
    virtual_redemptions as (
        select *
        from {{ ref("int_virtual_redemptions") }}
        where paid_date >= {{ changed_month_from(views) }}
    ),
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    issues as (
        select
            virtual_redemptions.tenant_id,
            redemptions.member_id,
            virtual_redemptions.paid_date as date,
            'virtual_issue_rate' as metric,
            case when virtual_redemptions.is_prompt then 1 else 0 end as numerator,
            1 as denominator
        from virtual_redemptions
        inner join
            redemptions
            on redemptions.tenant_id = virtual_redemptions.tenant_id
            and redemptions.redemption_id = virtual_redemptions.redemption_id
    ),
    member_counts as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', date) as date) as month,
            metric,
            sum(numerator) as numerator,
            sum(denominator) as denominator
        from
            (
                select *
                from service_counts
                union all
                select *
                from issues
            ) as counts
        group by tenant_id, member_id, cast(date_trunc('month', date) as date), metric
    ),
    group_sizes as (
        select tenant_id, month, group_kind, member_group, count(*) as member_count
        from member_groups
        group by tenant_id, month, group_kind, member_group
    ),
    counts as (
        select tenant_id, month, group_kind, member_group, metric, numerator, denominator
        from acts
        union all
        select
            member_counts.tenant_id,
            member_counts.month,
            member_groups.group_kind,
            member_groups.member_group,
            member_counts.metric,
            member_counts.numerator,
            member_counts.denominator
        from {{ in_groups_of_month("member_counts", "member_groups") }}
        union all
        select
            group_sizes.tenant_id,
            group_sizes.month,
            group_sizes.group_kind,
            group_sizes.member_group,
            told.metric,
            0 as numerator,
            case when told.is_of_all_members then group_sizes.member_count else 0 end as denominator
        from group_sizes
        cross join
            (
                values
                    ('activity_rate', true),
                    ('member_redemption_rate', true),
                    ('consumption_rate', false),
                    ('satisfaction_rate', false),
                    ('ship_48h_rate', false),
                    ('deliver_on_time_rate', false),
                    ('virtual_issue_rate', false),
                    ('after_sales_24h_rate', false),
                    ('complaint_rate', false),
                    ('sentiment_negative_rate', false),
                    ('item_redemption_rate', false)
            ) as told(metric, is_of_all_members)
    )

-- Each metric of each group that is told has its row, with zeros where there was nothing to count.
select
    tenant_id,
    month,
    group_kind,
    member_group,
    metric,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from counts
group by tenant_id, month, group_kind, member_group, metric
