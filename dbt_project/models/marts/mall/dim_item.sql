with items as (select * from {{ ref("stg_items") }})

select item_id, code, name, category, kind, class, storage_units
from items
