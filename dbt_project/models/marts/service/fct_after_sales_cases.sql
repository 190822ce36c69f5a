with cases as (select * from {{ ref("int_after_sales_cases") }})

select
    tenant_id,
    case_id,
    redemption_id,
    line_no,
    item_id,
    quantity,
    supplier_id,
    type,
    reason,
    opened_at,
    opened_date,
    due_at,
    due_date,
    answered_at,
    {{ hours_between("opened_at", "answered_at") }} as answer_hours,
    is_answered_on_time,
    outcome,
    responsibility,
    decided_at,
    closed_at
from cases
