with versions as ({{ newest_version(source("landing", "stock"), ["tenant_id", "item_id"]) }})

select tenant_id, item_id, on_hand as on_hand_quantity, xid
from versions
where version_rank = 1
