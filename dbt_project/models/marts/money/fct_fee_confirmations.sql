with confirmations as (select * from {{ ref("stg_fee_confirmations") }})

select tenant_id, tariff_id, tariff_valid_from, confirmed_on as confirmed_date, confirmed_at
from confirmations
