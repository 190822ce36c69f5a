with versions as ({{ newest_version(source("landing", "stock"), ["tenant_id", "item_id"]) }})

-- Rows landed before pieces could be set aside have none that are.
select tenant_id, item_id, on_hand as on_hand_quantity, coalesce(allotted, 0) as allotted_quantity
from versions
where version_rank = 1
