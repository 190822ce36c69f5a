with brands as (select * from {{ ref("stg_brands") }})

select brand_id, code, name_zh, name_en, is_known
from brands
