with versions as ({{ newest_version(source("landing", "item"), ["item_id"]) }})

-- Rows landed before storage was measured count a unit; those from before brands and priorities
-- have none.
select
    item_id,
    code,
    name,
    category,
    kind,
    class,
    coalesce(storage_units, 1) as storage_units,
    brand_id,
    coalesce(image_count, 0) as image_count,
    coalesce(compliance_flags, '') as compliance_flags,
    coalesce(listing_priority, 0) as listing_priority,
    weight_grams,
    recorded_at
from versions
where version_rank = 1
