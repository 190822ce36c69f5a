with kpis as (select * from {{ ref("int_kpis") }})

select tenant_id, period_start as date, metric, numerator, denominator, value, n, low, high, target
from kpis
where grain = 'day'
