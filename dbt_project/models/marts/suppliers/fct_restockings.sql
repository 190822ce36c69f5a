with restockings as (select * from {{ ref("int_restockings") }})

select
    tenant_id,
    alert_id,
    item_id,
    threshold_quantity,
    quantity,
    issued_quantity,
    issue_rank,
    opened_at,
    opened_date,
    restock_due_at,
    restock_due_date,
    restocked_at,
    {{ hours_between("opened_at", "restocked_at") }} as restock_hours,
    is_restocked_on_time
from restockings
