with versions as ({{ newest_version(source("landing", "item"), ["item_id"]) }})

select item_id, code, name, category, kind, class, recorded_at
from versions
where version_rank = 1
