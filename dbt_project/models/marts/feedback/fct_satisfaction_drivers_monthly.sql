with
    drivers as (select * from {{ ref("int_satisfaction_drivers") }}),
    counted as (
        select
            tenant_id,
            month,
            driver,
            value,
            count(*) as answer_count,
            cast(sum(case when is_satisfied then 1 else 0 end) as bigint) as satisfied_count
        from drivers
        group by tenant_id, month, driver, value
    ),
    shared as (
        select
            *,
            cast(
                sum(answer_count) over (partition by tenant_id, month, driver) as bigint
            ) as driver_answer_count
        from counted
    )

select
    tenant_id,
    month,
    driver,
    value,
    answer_count,
    satisfied_count,
    {{ rate("answer_count", "driver_answer_count") }} as answer_share,
    {{ rate("satisfied_count", "answer_count") }} as satisfaction_rate,
    {{ wilson_low("satisfied_count", "answer_count") }} as satisfaction_low,
    {{ wilson_high("satisfied_count", "answer_count") }} as satisfaction_high
from shared
