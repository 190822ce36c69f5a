with
    balances as (select * from {{ ref("int_group_lot_balances") }}),
    liability as (select * from {{ ref("fct_points_liability") }})

-- Too little is known of a group to expect of it another share than of all members.
select
    balances.tenant_id,
    balances.as_of_month,
    balances.group_kind,
    balances.member_group,
    balances.cohort_month,
    liability.as_of_date,
    balances.member_count,
    balances.remaining_points,
    liability.is_fallback,
    liability.estimate_cohort_count,
    liability.expected_redemption_share,
    liability.point_cost_fen_per_100,
    cast(
        round(
            balances.remaining_points
            * liability.expected_redemption_share
            * liability.point_cost_fen_per_100
            / 100
        ) as bigint
    ) as liability_fen
from balances
inner join
    liability
    on liability.tenant_id = balances.tenant_id
    and liability.cohort_month = balances.cohort_month
    and liability.as_of_month = balances.as_of_month
