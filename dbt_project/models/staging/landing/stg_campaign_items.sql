with
    versions as (
        {{
            newest_version(
                source("landing", "campaign_item"), ["tenant_id", "campaign_id", "item_id"]
            )
        }}
    )

select tenant_id, campaign_id, item_id, price_points, recorded_at
from versions
where version_rank = 1 and not coalesce(is_struck, false)
