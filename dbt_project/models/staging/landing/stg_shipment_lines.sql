with
    versions as (
        {{
            newest_version(
                source("landing", "shipment_line"), ["tenant_id", "shipment_id", "line_no"]
            )
        }}
    )

select tenant_id, shipment_id, line_no, redemption_id, quantity
from versions
where version_rank = 1
