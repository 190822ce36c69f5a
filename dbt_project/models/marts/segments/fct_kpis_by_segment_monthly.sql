{% set views = [
    "redemption",
    "completion",
    "event",
    "feedback",
    "entry",
    "registration",
    "last_day",
] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    segments as (
        select *
        from {{ ref("fct_member_segments") }}
        where month >= {{ changed_month_from(views) }}
    ),
    metrics as (select * from {{ ref("metrics") }}),
    active_months as (
        select *
        from {{ ref("int_member_active_months") }}
        where month >= {{ changed_month_from(views) }}
    ),
    transfers as (
        select *
        from {{ ref("int_member_transfers") }}
        where effective_date >= {{ changed_month_from(views) }}
    ),
    points as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', effective_date) as date) as month,
            sum(issued_points) as issued_points,
            sum(redeemed_points) as redeemed_points
        from transfers
        where issued_points <> 0 or redeemed_points <> 0
        group by tenant_id, member_id, cast(date_trunc('month', effective_date) as date)
    ),
    feedback as (
        select *
        from {{ ref("fct_feedback") }}
        where answered_date >= {{ changed_month_from(views) }}
    ),
    answers as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', answered_date) as date) as month,
            count(*) filter(where score >= 4) as satisfied_count,
            count(*) as answer_count
        from feedback
        group by tenant_id, member_id, cast(date_trunc('month', answered_date) as date)
    ),
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where is_completed and completed_date >= {{ changed_month_from(views) }}
    ),
    completions as (
        select distinct
            tenant_id, member_id, cast(date_trunc('month', completed_date) as date) as month
        from redemptions
    ),
    members as (
        select
            segments.tenant_id,
            segments.month,
            segments.segment,
            segments.lifecycle_stage,
            active_months.member_id is not null as is_active,
            completions.member_id is not null as has_completed,
            points.issued_points,
            points.redeemed_points,
            answers.satisfied_count,
            answers.answer_count
        from segments
        left join
            active_months
            on active_months.tenant_id = segments.tenant_id
            and active_months.member_id = segments.member_id
            and active_months.month = segments.month
        left join
            completions
            on completions.tenant_id = segments.tenant_id
            and completions.member_id = segments.member_id
            and completions.month = segments.month
        left join
            points
            on points.tenant_id = segments.tenant_id
            and points.member_id = segments.member_id
            and points.month = segments.month
        left join
            answers
            on answers.tenant_id = segments.tenant_id
            and answers.member_id = segments.member_id
            and answers.month = segments.month
    ),
    sums as (
        select
            tenant_id,
            month,
            {{ member_group() }},
            count(*) as member_count,
            count(*) filter (where is_active) as active_count,
            count(*) filter (where has_completed) as completed_count,
            coalesce(sum(issued_points), 0) as issued_points,
            coalesce(sum(redeemed_points), 0) as redeemed_points,
            coalesce(sum(satisfied_count), 0) as satisfied_count,
            coalesce(sum(answer_count), 0) as answer_count
        from members
        group by {{ member_group_sets(["tenant_id", "month"]) }}
    ),
    counts as (
        {% for metric, numerator, denominator in [
            ("activity_rate", "active_count", "member_count"),
            ("consumption_rate", "redeemed_points", "issued_points"),
            ("satisfaction_rate", "satisfied_count", "answer_count"),
            ("member_redemption_rate", "completed_count", "member_count"),
        ] %}
            {{ "union all" if not loop.first }}
            select
                tenant_id,
                month,
                group_kind,
                member_group,
                '{{ metric }}' as metric,
                cast({{ numerator }} as bigint) as numerator,
                cast({{ denominator }} as bigint) as denominator
            from sums
        {% endfor %}
    )

select
    counts.tenant_id,
    counts.month,
    counts.group_kind,
    counts.member_group,
    counts.metric,
    counts.numerator,
    counts.denominator,
    {{ rate("counts.numerator", "counts.denominator") }} as value,
    greatest(counts.denominator, 0) as n,
    case
        when metrics.is_sampled then {{ wilson_low("counts.numerator", "counts.denominator") }}
    end as low,
    case
        when metrics.is_sampled then {{ wilson_high("counts.numerator", "counts.denominator") }}
    end as high,
    metrics.target
from counts
inner join metrics on metrics.metric = counts.metric
