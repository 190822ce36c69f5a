with
    versions as (
        {{ newest_version(source("landing", "supplier_sample"), ["tenant_id", "sample_id"]) }}
    )

select tenant_id, sample_id, supplier_id, result, score, tested_on, noted_at, recorded_at
from versions
where version_rank = 1
