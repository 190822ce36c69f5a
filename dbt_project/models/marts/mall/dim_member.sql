with members as (select * from {{ ref("int_counted_members") }})

select tenant_id, member_id, registered_at, registered_date, profile, is_personalised
from members
