with catalogue as (select * from {{ ref("int_catalogue_daily") }})

select
    tenant_id,
    date,
    staple_count,
    quality_count,
    scarce_count,
    brand_direct_count,
    staple_count + quality_count + scarce_count as offer_count
from catalogue
