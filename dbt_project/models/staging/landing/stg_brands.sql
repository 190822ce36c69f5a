with versions as ({{ newest_version(source("landing", "brand"), ["brand_id"]) }})

select brand_id, code, name_zh, name_en, is_known, recorded_at
from versions
where version_rank = 1
