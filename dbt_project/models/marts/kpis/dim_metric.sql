with metrics as (select * from {{ ref("metrics") }})

select
    metric,
    name_zh,
    name_en,
    definition_zh,
    definition_en,
    numerator_zh,
    numerator_en,
    denominator_zh,
    denominator_en,
    target,
    direction
from metrics
