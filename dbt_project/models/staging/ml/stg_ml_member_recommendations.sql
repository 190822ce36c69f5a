with member_recommendations as (select * from {{ source("ml", "member_recommendations") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(member_id as uuid) as member_id,
    cast(slice as varchar) as slice,
    cast(item_id as uuid) as item_id,
    cast(score as double) as score,
    cast(stage as varchar) as stage,
    cast(recommendation_rank as integer) as recommendation_rank
from member_recommendations
