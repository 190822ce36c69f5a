with
    documents as (
        select * from {{ ref("stg_supplier_documents") }} where kind = 'brand_authorisation'
    ),
    suppliers as (select * from {{ ref("stg_suppliers") }}),
    tenants as (select * from {{ ref("dim_tenant") }} where last_fact_date is not null)

select
    documents.tenant_id,
    documents.document_id,
    documents.supplier_id,
    suppliers.code as supplier_code,
    documents.brand_id,
    documents.brand_code,
    documents.is_known_brand,
    documents.document_number,
    documents.level,
    documents.valid_from,
    documents.expires_on as expires_date,
    tenants.last_fact_date as as_of_date,
    cast(documents.expires_on - tenants.last_fact_date as integer) as days_to_expiry,
    documents.verified_at,
    documents.rejected_at,
    documents.is_forged,
    documents.verified_at is not null
    and documents.rejected_at is null
    and tenants.last_fact_date between documents.valid_from and documents.expires_on
    and (documents.level = 1 or not documents.is_known_brand) as is_valid
from documents
inner join
    suppliers
    on suppliers.tenant_id = documents.tenant_id
    and suppliers.supplier_id = documents.supplier_id
inner join tenants on tenants.tenant_id = documents.tenant_id
