with items as (select * from {{ ref("stg_items") }})

select
    item_id,
    code,
    name,
    category,
    kind,
    class,
    storage_units,
    brand_id,
    image_count,
    compliance_flags,
    listing_priority,
    weight_grams
from items
