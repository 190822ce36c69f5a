{% set control = var("control_policy") %}
{% set window_days = var("experiment_window_days") %}
{% set difference = "redemptions_per_member - control_redemptions_per_member" %}

with
    impressions as (select * from {{ ref("fct_impressions") }}),
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    exposures as (
        select tenant_id, policy, member_id, min(shown_at) as shown_at
        from impressions
        group by tenant_id, policy, member_id
    ),
    controls as (select * from exposures where policy = '{{ control }}'),
    policies as (
        select distinct exposures.tenant_id, exposures.policy
        from exposures
        semi join controls on controls.tenant_id = exposures.tenant_id
        where exposures.policy <> '{{ control }}'
    ),
    arms as (
        select tenant_id, policy, member_id, shown_at, 'policy' as arm
        from exposures
        where policy <> '{{ control }}'
        union all
        select
            policies.tenant_id,
            policies.policy,
            controls.member_id,
            controls.shown_at,
            'control' as arm
        from policies
        inner join controls on controls.tenant_id = policies.tenant_id
    ),
    -- A window that is still open would count whoever redeems quickly and nobody who waits.
    members as (
        select
            arms.tenant_id,
            arms.policy,
            arms.member_id,
            min(arms.shown_at) as shown_at,
            case when count(*) = 2 then 'both' else min(arms.arm) end as arm,
            coalesce(
                {{
                    datediff(
                        business_date("min(arms.shown_at)"), "min(ranges.last_fact_date)", "day"
                    )
                }} > {{ window_days }}, false
            ) as is_over
        from arms
        inner join policies on policies.tenant_id = arms.tenant_id and policies.policy = arms.policy
        left join ranges on ranges.tenant_id = arms.tenant_id
        group by arms.tenant_id, arms.policy, arms.member_id
    ),
    -- Of goods that were chosen: no tickets, bills or points sent elsewhere.
    outcomes as (
        select
            members.tenant_id,
            members.policy,
            members.arm,
            members.is_over,
            count(redemptions.redemption_id) as redemption_count
        from members
        left join
            redemptions
            on redemptions.tenant_id = members.tenant_id
            and redemptions.member_id = members.member_id
            and redemptions.effective_at >= members.shown_at
            and redemptions.effective_at < members.shown_at + interval {{ window_days }} day
            and redemptions.is_kept
            and redemptions.mode in ('points', 'points_cash', 'flash_sale')
        group by members.tenant_id, members.policy, members.member_id, members.arm, members.is_over
    ),
    counted as (
        select
            tenant_id,
            policy,
            arm,
            is_over,
            case when arm = 'policy' and is_over then redemption_count end as redemptions,
            case when arm = 'control' and is_over then redemption_count end as control_redemptions
        from outcomes
    ),
    figures as (
        select
            tenant_id,
            policy,
            count(redemptions) as member_count,
            count(control_redemptions) as control_member_count,
            count(case when arm = 'both' then 1 end) as both_arms_count,
            count(case when arm <> 'both' and not is_over then 1 end) as waiting_count,
            cast(coalesce(sum(redemptions), 0) as bigint) as redemption_count,
            cast(coalesce(sum(control_redemptions), 0) as bigint) as control_redemption_count,
            {{ rate("sum(redemptions)", "count(redemptions)") }} as redemptions_per_member,
            {{ rate("sum(control_redemptions)", "count(control_redemptions)") }}
            as control_redemptions_per_member,
            sqrt(
                var_samp(redemptions) / count(redemptions)
                + var_samp(control_redemptions) / count(control_redemptions)
            ) as standard_error
        from counted
        group by tenant_id, policy
    ),
    compared as (
        select
            *,
            round({{ difference }}, 6) as difference,
            round({{ difference }} - {{ z95() }} * standard_error, 6) as low,
            round({{ difference }} + {{ z95() }} * standard_error, 6) as high
        from figures
    )

select
    tenant_id,
    policy,
    '{{ control }}' as control_policy,
    member_count,
    control_member_count,
    both_arms_count,
    waiting_count,
    redemption_count,
    control_redemption_count,
    redemptions_per_member,
    control_redemptions_per_member,
    difference,
    low,
    high,
    round({{ rate(difference, "control_redemptions_per_member") }}, 6) as relative_lift,
    coalesce(low > 0 or high < 0, false) as is_decided
from compared
