with versions as ({{ newest_version(source("landing", "supplier"), ["tenant_id", "supplier_id"]) }})

select tenant_id, supplier_id, code, name, status, brand_id, recorded_at
from versions
where version_rank = 1
