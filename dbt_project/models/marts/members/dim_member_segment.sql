with segments as (select * from {{ ref("member_segments") }})

select
    segment,
    name_zh,
    name_en,
    definition_zh,
    definition_en,
    recency_from,
    recency_until,
    frequency_from,
    frequency_until,
    monetary_from,
    monetary_until
from segments
