with switches as (select * from {{ ref("stg_feature_switches") }})

select tenant_id, feature, is_on, changed_at, {{ business_date("changed_at") }} as changed_date
from switches
