{{ config(materialized="view") }}

with
    shipments as (select * from {{ ref("stg_shipments") }}),
    shipment_lines as (select * from {{ ref("stg_shipment_lines") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    shippable as (select * from {{ ref("int_shippable_redemptions") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    pieces as (
        select tenant_id, shipment_id, cast(sum(quantity) as bigint) as unit_count
        from shipment_lines
        group by tenant_id, shipment_id
    ),
    parcels as (
        select
            shipments.tenant_id,
            shipments.shipment_id as delivery_id,
            shipments.shipment_id,
            shipments.redemption_id,
            shipments.carrier,
            shipments.province,
            shipments.region,
            shipments.warehouse_id,
            shipments.status,
            pieces.unit_count,
            shipments.shipped_at,
            shipments.due_at as promised_at,
            shipments.delivered_at,
            shipments.ended_at is null as is_under_way
        from shipments
        inner join
            pieces
            on pieces.tenant_id = shipments.tenant_id
            and pieces.shipment_id = shipments.shipment_id
        inner join
            redemptions
            on redemptions.tenant_id = shipments.tenant_id
            and redemptions.redemption_id = shipments.redemption_id
        where redemptions.is_counted and shipments.shipped_at is not null
    ),
    -- Where nobody registers parcels the redemption itself is all that is told of its way.
    untold as (
        select
            shippable.tenant_id,
            shippable.redemption_id as delivery_id,
            cast(null as uuid) as shipment_id,
            shippable.redemption_id,
            cast(null as varchar) as carrier,
            cast(null as varchar) as province,
            'nationwide' as region,
            cast(null as uuid) as warehouse_id,
            case
                when shippable.delivered_at is null then 'in_transit' else 'delivered'
            end as status,
            cast(null as bigint) as unit_count,
            shippable.shipped_at,
            cast(null as timestamptz) as promised_at,
            shippable.delivered_at,
            shippable.delivered_at is null
            and shippable.completed_at is null
            and shippable.status <> 'refunded' as is_under_way
        from shippable
        left join
            shipments
            on shipments.tenant_id = shippable.tenant_id
            and shipments.redemption_id = shippable.redemption_id
        where shippable.shipped_at is not null and shipments.shipment_id is null
    ),
    deliveries as (
        select *
        from parcels
        union all
        select *
        from untold
    ),
    due as (
        select
            deliveries.*,
            deliveries.shipped_at + case
                when deliveries.region = 'remote' then interval 72 hour else interval 48 hour
            end as deliver_due_at,
            ranges.last_fact_date
        from deliveries
        inner join ranges on ranges.tenant_id = deliveries.tenant_id
    ),
    dated as (select *, {{ business_date("deliver_due_at") }} as deliver_due_date from due)

select
    tenant_id,
    delivery_id,
    shipment_id,
    redemption_id,
    carrier,
    province,
    region,
    warehouse_id,
    status,
    unit_count,
    shipped_at,
    {{ business_date("shipped_at") }} as shipped_date,
    deliver_due_at,
    deliver_due_date,
    promised_at,
    delivered_at,
    {{ hours_between("shipped_at", "delivered_at") }} / 24 as delivery_days,
    case
        when deliver_due_date > last_fact_date
        then null
        when delivered_at is not null
        then delivered_at <= deliver_due_at
        when not is_under_way and shipment_id is null
        then null
        when deliver_due_date < last_fact_date
        then false
    end as is_delivered_on_time
from dated
