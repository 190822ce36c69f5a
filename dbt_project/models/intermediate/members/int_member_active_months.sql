with facts as (select * from {{ ref("int_member_facts_daily") }})

-- As in the activity rate: a grant is the tenant's gift and feedback an answer to a question.
select
    tenant_id,
    member_id,
    cast(date_trunc('month', date) as date) as month,
    max(date) as last_active_date
from facts
where kind in ('event', 'earn', 'redemption')
group by tenant_id, member_id, cast(date_trunc('month', date) as date)
