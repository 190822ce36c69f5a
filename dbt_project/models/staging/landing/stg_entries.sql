with entries as (select * from {{ source("landing", "entry") }})

select
    tenant_id,
    transfer_id,
    entry_no,
    transfer_kind,
    account_kind,
    member_id,
    transfer_member_id,
    lot_id,
    redemption_id,
    amount as amount_points,
    effective_at,
    recorded_at
from entries
