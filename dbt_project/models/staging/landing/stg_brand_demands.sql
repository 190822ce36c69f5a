with
    versions as ({{ newest_version(source("landing", "brand_demand"), ["tenant_id", "brand_id"]) }})

select tenant_id, brand_id, is_demanded, changed_at
from versions
where version_rank = 1
