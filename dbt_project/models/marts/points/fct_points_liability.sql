with
    balances as (select * from {{ ref("int_lot_cohort_balances") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    -- What a cohort had spent by the month in which its last lot expired.
    closings as (
        select
            tenant_id,
            cohort_month,
            min(as_of_month) as closing_month,
            min_by(spent_points, as_of_month) as spent_points
        from balances
        where is_closed
        group by tenant_id, cohort_month
    ),
    -- Of what a closed cohort still held at an age, what was spent later. Points given back since
    -- can make it less than nothing.
    histories as (
        select
            balances.tenant_id,
            balances.age_months,
            closings.closing_month,
            balances.remaining_points,
            greatest(closings.spent_points - balances.spent_points, 0) as later_spent_points
        from balances
        inner join
            closings
            on closings.tenant_id = balances.tenant_id
            and closings.cohort_month = balances.cohort_month
        where balances.as_of_month < closings.closing_month and balances.remaining_points > 0
    ),
    estimates as (
        select
            balances.tenant_id,
            balances.cohort_month,
            balances.as_of_month,
            count(histories.closing_month) as estimate_cohort_count,
            cast(coalesce(sum(histories.remaining_points), 0) as bigint) as estimate_points,
            cast(coalesce(sum(histories.later_spent_points), 0) as bigint) as estimate_spent_points
        from balances
        left join
            histories
            on histories.tenant_id = balances.tenant_id
            and histories.age_months = balances.age_months
            and histories.closing_month <= balances.as_of_month
        group by balances.tenant_id, balances.cohort_month, balances.as_of_month
    ),
    -- Too few cohorts say nothing: then all that is left is owed.
    shares as (
        select
            *,
            estimate_cohort_count < {{ var("fewest_closed_cohorts") }} as is_fallback,
            case
                when estimate_cohort_count < {{ var("fewest_closed_cohorts") }}
                then 1.0
                else least({{ rate("estimate_spent_points", "estimate_points") }}, 1.0)
            end as redemption_share
        from estimates
    ),
    expected as (
        select
            balances.*,
            shares.estimate_cohort_count,
            shares.estimate_points,
            shares.is_fallback and not balances.is_closed as is_fallback,
            case
                when balances.is_closed then 0.0 else shares.redemption_share
            end as expected_redemption_share
        from balances
        inner join
            shares
            on shares.tenant_id = balances.tenant_id
            and shares.cohort_month = balances.cohort_month
            and shares.as_of_month = balances.as_of_month
    )

select
    expected.tenant_id,
    expected.cohort_month,
    expected.as_of_month,
    expected.as_of_date,
    expected.age_months,
    expected.lot_count,
    expected.issued_points,
    expected.spent_points,
    expected.expired_points,
    expected.issued_points
    - expected.spent_points
    - expected.expired_points
    - expected.remaining_points as taken_back_points,
    expected.remaining_points,
    expected.is_closed,
    expected.estimate_cohort_count,
    expected.estimate_points,
    expected.is_fallback,
    cast(expected.expected_redemption_share as double) as expected_redemption_share,
    tenants.point_cost_fen_per_100,
    cast(
        round(
            expected.remaining_points
            * expected.expected_redemption_share
            * tenants.point_cost_fen_per_100
            / 100
        ) as bigint
    ) as liability_fen
from expected
inner join tenants on tenants.tenant_id = expected.tenant_id
