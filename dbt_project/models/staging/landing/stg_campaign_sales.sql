with
    versions as (
        {{
            newest_version(
                source("landing", "campaign_sale"), ["tenant_id", "campaign_id", "sale_id"]
            )
        }}
    )

select tenant_id, campaign_id, sale_id, recorded_at
from versions
where version_rank = 1 and not coalesce(is_struck, false)
