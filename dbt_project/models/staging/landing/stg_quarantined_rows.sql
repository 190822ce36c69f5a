with quarantine as (select * from {{ source("landing", "quarantine") }})

select row_no, "view" as view_name, tenant_id, member_id, item_id, rule
from quarantine
