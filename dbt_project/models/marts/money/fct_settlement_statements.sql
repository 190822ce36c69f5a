with
    statements as (select * from {{ ref("stg_settlement_statements") }}),
    suppliers as (select * from {{ ref("stg_suppliers") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    dated as (select *, {{ business_date("stated_at") }} as stated_date from statements)

select
    dated.tenant_id,
    dated.statement_id,
    dated.party_kind,
    dated.party_id,
    coalesce(suppliers.name, tenants.name) as party_name,
    dated.date,
    dated.line_count,
    dated.quantity,
    dated.owed_fen,
    dated.stated_date,
    dated.due_on as due_date,
    dated.stated_date - dated.date as days_to_state,
    dated.stated_date - dated.date <= 1 as is_on_time,
    {{ business_date("dated.settled_at") }} as settled_date
from dated
left join
    suppliers
    on suppliers.tenant_id = dated.tenant_id
    and suppliers.supplier_id = dated.party_id
    and dated.party_kind = 'supplier'
left join tenants on tenants.tenant_id = dated.party_id and dated.party_kind = 'tenant'
