with kpis as (select * from {{ ref("int_platform_kpis") }})

select
    period_start as date, metric, tenant_count, numerator, denominator, value, n, low, high, target
from kpis
where grain = 'day'
