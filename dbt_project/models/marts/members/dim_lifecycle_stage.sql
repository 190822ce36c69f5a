with stages as (select * from {{ ref("lifecycle_stages") }})

select
    stage,
    stage_rank,
    name_zh,
    name_en,
    definition_zh,
    definition_en,
    tenure_days_from,
    tenure_days_until,
    idle_days_from,
    idle_days_until
from stages
