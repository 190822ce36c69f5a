with
    demands as (select * from {{ ref("stg_brand_demands") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    brands as (select * from {{ ref("stg_brands") }}),
    demanded as (
        select
            tenants.tenant_id,
            demands.brand_id,
            bool_or(demands.is_demanded and demands.tenant_id is null) as is_demanded_by_platform,
            bool_or(demands.is_demanded and demands.tenant_id is not null) as is_demanded_by_tenant,
            max(demands.changed_at) as changed_at
        from tenants
        inner join demands on coalesce(demands.tenant_id, tenants.tenant_id) = tenants.tenant_id
        group by tenants.tenant_id, demands.brand_id
    )

select
    demanded.tenant_id,
    demanded.brand_id,
    brands.code as brand_code,
    demanded.is_demanded_by_platform,
    demanded.is_demanded_by_tenant,
    demanded.is_demanded_by_platform or demanded.is_demanded_by_tenant as is_demanded,
    demanded.changed_at
from demanded
inner join brands on brands.brand_id = demanded.brand_id
