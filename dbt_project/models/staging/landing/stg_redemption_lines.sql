with redemption_lines as (select * from {{ source("landing", "redemption_line") }})

select tenant_id, redemption_id, line_no, item_id, quantity, unit_points, xid
from redemption_lines
