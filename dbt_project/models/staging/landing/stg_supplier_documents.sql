with
    versions as (
        {{ newest_version(source("landing", "supplier_document"), ["tenant_id", "document_id"]) }}
    )

select
    tenant_id,
    document_id,
    supplier_id,
    kind,
    number as document_number,
    brand_id,
    brand_code,
    coalesce(is_known_brand, false) as is_known_brand,
    cast(level as integer) as level,
    issued_on,
    valid_from,
    expires_on,
    handed_in_at,
    verified_at,
    rejected_at,
    is_forged,
    recorded_at
from versions
where version_rank = 1
