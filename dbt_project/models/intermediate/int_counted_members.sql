with members as (select * from {{ ref("stg_members") }})

select
    tenant_id,
    member_id,
    profile,
    is_personalised,
    registered_at,
    {{ business_date("registered_at") }} as registered_date
from members
where not is_test and not is_erased
