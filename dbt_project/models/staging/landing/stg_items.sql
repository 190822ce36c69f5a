with versions as ({{ newest_version(source("landing", "item"), ["item_id"]) }})

-- Rows landed before storage was measured count a unit.
select
    item_id,
    code,
    name,
    category,
    kind,
    class,
    coalesce(storage_units, 1) as storage_units,
    brand_id,
    recorded_at
from versions
where version_rank = 1
