with versions as ({{ newest_version(source("landing", "supplier"), ["tenant_id", "supplier_id"]) }})

-- Suppliers landed before gates were kept had none before them.
select
    tenant_id,
    supplier_id,
    code,
    name,
    status,
    brand_id,
    coalesce(is_gated, false) as is_gated,
    recorded_at
from versions
where version_rank = 1
