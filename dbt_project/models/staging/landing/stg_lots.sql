with lots as (select * from {{ source("landing", "lot") }})

select tenant_id, member_id, lot_id, issued_points, active_from, expires_on, recorded_at
from lots
