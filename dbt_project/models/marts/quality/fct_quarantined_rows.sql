with quarantined_rows as (select * from {{ ref("stg_quarantined_rows") }})

select tenant_id, view_name, rule, count(*) as row_count
from quarantined_rows
group by tenant_id, view_name, rule
