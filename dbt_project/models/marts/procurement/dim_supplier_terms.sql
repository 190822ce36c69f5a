with
    terms as (select * from {{ ref("stg_supplier_terms") }}),
    suppliers as (select * from {{ ref("stg_suppliers") }}),
    items as (select * from {{ ref("stg_items") }})

select
    terms.tenant_id,
    terms.terms_id,
    terms.item_id,
    terms.supplier_id,
    suppliers.code as supplier_code,
    suppliers.name as supplier_name,
    suppliers.status as supplier_status,
    coalesce(suppliers.brand_id = items.brand_id, false) as is_brand_direct,
    terms.lead_days,
    terms.worst_lead_days,
    terms.min_order_quantity,
    terms.pack_size,
    terms.unit_cost_fen,
    terms.shelf_life_days,
    terms.rank,
    terms.valid_from,
    terms.valid_until
from terms
inner join
    suppliers on suppliers.tenant_id = terms.tenant_id and suppliers.supplier_id = terms.supplier_id
left join items on items.item_id = terms.item_id
