with versions as ({{ newest_version(source("landing", "category"), ["category"]) }})

select category, name_zh, name_en, recorded_at
from versions
where version_rank = 1
