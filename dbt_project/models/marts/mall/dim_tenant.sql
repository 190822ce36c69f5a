with
    tenants as (select * from {{ ref("stg_tenants") }}),
    fact_ranges as (select * from {{ ref("int_tenant_fact_ranges") }})

select
    tenants.tenant_id,
    tenants.code,
    tenants.name,
    tenants.industry,
    tenants.is_test,
    fact_ranges.first_fact_date,
    fact_ranges.last_fact_date
from tenants
left join fact_ranges on fact_ranges.tenant_id = tenants.tenant_id
