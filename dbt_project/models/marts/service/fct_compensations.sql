with
    compensations as (select * from {{ ref("stg_compensations") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    suppliers as (select * from {{ ref("stg_suppliers") }})

select
    compensations.tenant_id,
    compensations.compensation_id,
    compensations.clock,
    compensations.redemption_id,
    compensations.shipment_id,
    compensations.party,
    compensations.supplier_id,
    suppliers.name as supplier_name,
    compensations.carrier,
    compensations.due_at,
    compensations.opened_at,
    {{ business_date("compensations.opened_at") }} as opened_date,
    compensations.points,
    case
        when compensations.credited_at is not null then compensations.points else 0
    end as credited_points,
    compensations.credited_at,
    compensations.outcome,
    compensations.settled_at
from compensations
inner join
    redemptions
    on redemptions.tenant_id = compensations.tenant_id
    and redemptions.redemption_id = compensations.redemption_id
left join
    suppliers
    on suppliers.tenant_id = compensations.tenant_id
    and suppliers.supplier_id = compensations.supplier_id
where redemptions.is_counted
