{% set views = group_news(["answer"]) %}
{{ built_by_months_of_groups(views) }}

with
    member_groups as ({{ changed_member_groups(views) }}),
    events as (
        select * from {{ ref("fct_events") }} where occurred_date >= {{ changed_month_from(views) }}
    ),
    lines as (select * from {{ ref("fct_redemption_lines") }}),
    feedback as (
        select *
        from {{ ref("fct_feedback") }}
        where answered_date >= {{ changed_month_from(views) }}
    ),
    viewed as (
        select
            tenant_id,
            member_id,
            item_id,
            cast(date_trunc('month', occurred_date) as date) as month,
            count(distinct occurred_date) as view_count
        from events
        where kind = 'view' and item_id is not null
        group by tenant_id, member_id, item_id, cast(date_trunc('month', occurred_date) as date)
    ),
    -- As of all members: a prize is not asked for.
    taken as (
        select
            tenant_id,
            member_id,
            item_id,
            cast(date_trunc('month', effective_date) as date) as month,
            count(distinct case when mode <> 'draw' then redemption_id end) as redemption_count,
            sum(case when mode <> 'draw' then quantity else 0 end) as quantity,
            sum(line_points) as points
        from lines
        where is_demand and effective_date >= {{ changed_month_from(views) }}
        group by tenant_id, member_id, item_id, cast(date_trunc('month', effective_date) as date)
    ),
    -- An answer about a redemption is about each of its items.
    answered as (
        select distinct
            feedback.tenant_id,
            feedback.member_id,
            lines.item_id,
            cast(date_trunc('month', feedback.answered_date) as date) as month,
            feedback.feedback_id,
            feedback.score
        from feedback
        inner join
            lines
            on lines.tenant_id = feedback.tenant_id
            and lines.redemption_id = feedback.redemption_id
    ),
    facts as (
        select
            tenant_id,
            member_id,
            item_id,
            month,
            view_count,
            0 as redemption_count,
            0 as quantity,
            0 as points,
            0 as answer_count,
            0 as score_sum
        from viewed
        union all
        select tenant_id, member_id, item_id, month, 0, redemption_count, quantity, points, 0, 0
        from taken
        union all
        select tenant_id, member_id, item_id, month, 0, 0, 0, 0, 1, score
        from answered
    ),
    summed as (
        select
            facts.tenant_id,
            facts.month,
            member_groups.group_kind,
            member_groups.member_group,
            facts.item_id,
            cast(sum(facts.view_count) as bigint) as view_count,
            cast(sum(facts.redemption_count) as bigint) as redemption_count,
            cast(sum(facts.quantity) as bigint) as quantity,
            cast(sum(facts.points) as bigint) as points,
            cast(sum(facts.answer_count) as bigint) as answer_count,
            cast(sum(facts.score_sum) as bigint) as score_sum
        from {{ in_groups_of_month("facts", "member_groups") }}
        group by
            facts.tenant_id,
            facts.month,
            member_groups.group_kind,
            member_groups.member_group,
            facts.item_id
    )

select
    tenant_id,
    month,
    group_kind,
    member_group,
    item_id,
    view_count,
    redemption_count,
    {{ rate("redemption_count", "view_count") }} as redemption_rate,
    -- More redemptions than views are no share of them: members redeem what they know.
    case
        when redemption_count <= view_count
        then {{ wilson_low("least(redemption_count, view_count)", "view_count") }}
    end as redemption_rate_low,
    case
        when redemption_count <= view_count
        then {{ wilson_high("least(redemption_count, view_count)", "view_count") }}
    end as redemption_rate_high,
    quantity,
    points,
    answer_count,
    {{ rate("score_sum", "answer_count") }} as mean_score
from summed
