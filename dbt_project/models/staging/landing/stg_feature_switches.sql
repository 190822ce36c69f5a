with
    versions as (
        {{ newest_version(source("landing", "feature_switch"), ["tenant_id", "feature"]) }}
    )

select tenant_id, feature, is_on, changed_at
from versions
where version_rank = 1
