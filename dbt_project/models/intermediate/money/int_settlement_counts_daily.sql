with
    statements as (
        select *, {{ business_date("stated_at") }} as stated_date
        from {{ ref("stg_settlement_statements") }}
    )

select
    tenant_id,
    date,
    'settlement_on_time_rate' as metric,
    cast(sum(cast(stated_date - date <= 1 as integer)) as bigint) as numerator,
    count(*) as denominator
from statements
group by tenant_id, date
