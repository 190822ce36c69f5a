with redemptions as (select * from {{ ref("int_virtual_redemptions") }})

select tenant_id, redemption_id, paid_at, paid_date, completed_at, is_prompt
from redemptions
