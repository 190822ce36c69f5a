{% set views = group_news(["completion", "feedback"]) %}
{{ built_by_months_of_groups(views) }}

with
    member_groups as ({{ changed_member_groups(views) }}),
    active_months as (
        select *
        from {{ ref("int_member_active_months") }}
        where month >= {{ changed_month_from(views) }}
    ),
    transfers as (
        select *
        from {{ ref("int_member_transfers") }}
        where
            effective_date >= {{ changed_month_from(views) }}
            and (issued_points <> 0 or redeemed_points <> 0)
    ),
    answers as (
        select
            tenant_id,
            member_id,
            score,
            cast(date_trunc('month', {{ business_date("answered_at") }}) as date) as month
        from {{ ref("stg_feedback") }}
        where {{ business_date("answered_at") }} >= {{ changed_month_from(views) }}
    ),
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where is_completed and completed_date >= {{ changed_month_from(views) }}
    ),
    member_counts as (
        select
            tenant_id, member_id, month, 'activity_rate' as metric, 1 as numerator, 0 as denominator
        from active_months
        union all
        select distinct
            tenant_id,
            member_id,
            cast(date_trunc('month', completed_date) as date) as month,
            'member_redemption_rate' as metric,
            1 as numerator,
            0 as denominator
        from redemptions
        union all
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', effective_date) as date) as month,
            'consumption_rate' as metric,
            sum(redeemed_points) as numerator,
            sum(issued_points) as denominator
        from transfers
        group by tenant_id, member_id, cast(date_trunc('month', effective_date) as date)
        union all
        select
            tenant_id,
            member_id,
            month,
            'satisfaction_rate' as metric,
            count(*) filter(where score >= 4) as numerator,
            count(*) as denominator
        from answers
        group by tenant_id, member_id, month
    )

-- Groups hold nobody who is left out.
select
    member_counts.tenant_id,
    member_counts.month,
    member_groups.group_kind,
    member_groups.member_group,
    member_counts.metric,
    cast(sum(member_counts.numerator) as bigint) as numerator,
    cast(sum(member_counts.denominator) as bigint) as denominator
from {{ in_groups_of_month("member_counts", "member_groups") }}
group by
    member_counts.tenant_id,
    member_counts.month,
    member_groups.group_kind,
    member_groups.member_group,
    member_counts.metric
