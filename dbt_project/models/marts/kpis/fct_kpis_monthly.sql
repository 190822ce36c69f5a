with kpis as (select * from {{ ref("int_kpis") }})

select tenant_id, period_start as month, metric, numerator, denominator, value, n, low, high, target
from kpis
where grain = 'month'
