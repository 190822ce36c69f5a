with facts as (select * from {{ ref("int_member_facts_daily") }})

select tenant_id, min(date) as first_fact_date, max(date) as last_fact_date
from facts
group by tenant_id
