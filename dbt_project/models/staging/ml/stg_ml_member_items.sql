with member_items as (select * from {{ source("ml", "member_items") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(member_id as uuid) as member_id,
    cast(item_id as uuid) as item_id,
    cast(score as double) as score,
    cast(redemption_count as integer) as redemption_count,
    cast(last_redeemed_at as timestamptz) as last_redeemed_at
from member_items
