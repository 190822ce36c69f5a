with cohorts as (select * from {{ ref("fct_points_liability") }})

select
    tenant_id,
    as_of_month as month,
    max(as_of_date) as as_of_date,
    cast(sum(remaining_points) as bigint) as remaining_points,
    cast(sum(liability_fen) as bigint) as liability_fen,
    cast(sum(round(remaining_points * point_cost_fen_per_100 / 100)) as bigint) as cost_fen,
    {{ rate("sum(liability_fen)", "sum(remaining_points)") }} as fen_per_point,
    cast(count(*) filter(where remaining_points > 0) as integer) as cohort_count,
    coalesce(bool_or(is_fallback and remaining_points > 0), false) as is_fallback
from cohorts
group by tenant_id, as_of_month
