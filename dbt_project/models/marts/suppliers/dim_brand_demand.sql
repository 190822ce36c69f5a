with
    demands as (select * from {{ ref("stg_brand_demands") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    brands as (select * from {{ ref("stg_brands") }}),
    of_platform as (select * from demands where tenant_id is null),
    of_tenants as (select * from demands where tenant_id is not null)

select
    tenants.tenant_id,
    brands.brand_id,
    brands.code as brand_code,
    coalesce(of_platform.is_demanded, brands.is_known) as is_demanded_by_platform,
    coalesce(of_tenants.is_demanded, false) as is_demanded_by_tenant,
    is_demanded_by_platform or is_demanded_by_tenant as is_demanded,
    greatest(of_platform.changed_at, of_tenants.changed_at) as changed_at
from tenants
cross join brands
left join of_platform on of_platform.brand_id = brands.brand_id
left join
    of_tenants on of_tenants.tenant_id = tenants.tenant_id and of_tenants.brand_id = brands.brand_id
where brands.is_known or of_platform.brand_id is not null or of_tenants.brand_id is not null
