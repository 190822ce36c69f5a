with opt_ins as (select * from {{ ref("stg_offer_opt_ins") }})

select
    tenant_id,
    item_id,
    opted_in_at,
    {{ business_date("opted_in_at") }} as opted_in_date,
    withdrawn_at,
    {{ business_date("withdrawn_at") }} as withdrawn_date,
    withdrawn_at is null as is_opted_in
from opt_ins
