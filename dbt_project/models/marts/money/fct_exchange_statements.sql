with statements as (select * from {{ ref("stg_exchange_statements") }})

select
    tenant_id,
    partner_id,
    direction,
    date,
    exchange_count,
    points,
    fee_points,
    to_points,
    reversal_count,
    reversed_points,
    reversed_fee_points,
    reversed_to_points,
    net_to_points,
    owed_fen,
    {{ business_date("stated_at") }} as stated_date
from statements
