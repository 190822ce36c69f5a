with
    orders as (select * from {{ ref("stg_purchase_orders") }}),
    lines as (select * from {{ ref("stg_purchase_order_lines") }}),
    batches as (select * from {{ ref("stg_receipt_batches") }}),
    arrivals as (
        select
            tenant_id,
            purchase_order_id,
            line_no,
            {{ business_date("received_at") }} as date,
            sum(quantity) over (
                partition by tenant_id, purchase_order_id, line_no
                order by received_at
                range between unbounded preceding and current row
            ) as arrived_quantity
        from batches
    ),
    delivered as (
        select
            lines.tenant_id,
            lines.purchase_order_id,
            lines.line_no,
            min(arrivals.date) as first_received_date,
            min(
                case when arrivals.arrived_quantity >= lines.quantity then arrivals.date end
            ) as full_received_date
        from lines
        inner join
            arrivals
            on arrivals.tenant_id = lines.tenant_id
            and arrivals.purchase_order_id = lines.purchase_order_id
            and arrivals.line_no = lines.line_no
        group by lines.tenant_id, lines.purchase_order_id, lines.line_no
    ),
    joined as (
        select
            lines.*,
            orders.supplier_id,
            orders.origin,
            orders.status,
            orders.order_by,
            orders.created_at,
            orders.ordered_at,
            {{ business_date("orders.ordered_at") }} as ordered_date,
            delivered.first_received_date,
            delivered.full_received_date,
            orders.status in ('approved', 'ordered', 'partially_received') as is_open
        from lines
        inner join
            orders
            on orders.tenant_id = lines.tenant_id
            and orders.purchase_order_id = lines.purchase_order_id
        left join
            delivered
            on delivered.tenant_id = lines.tenant_id
            and delivered.purchase_order_id = lines.purchase_order_id
            and delivered.line_no = lines.line_no
    )

select
    tenant_id,
    purchase_order_id,
    line_no,
    item_id,
    warehouse_id,
    supplier_id,
    terms_id,
    origin,
    status,
    order_by,
    created_at,
    ordered_at,
    ordered_date,
    expected_on,
    quantity,
    received_quantity,
    damaged_quantity,
    case
        when is_open then greatest(quantity - received_quantity, 0) else 0
    end as outstanding_quantity,
    unit_cost_fen,
    quantity * unit_cost_fen as cost_fen,
    {{ datediff("ordered_date", "expected_on", "day") }} as promised_lead_days,
    first_received_date,
    full_received_date,
    {{ datediff("ordered_date", "full_received_date", "day") }} as achieved_lead_days,
    case
        when full_received_date is not null
        then full_received_date <= expected_on
        when status = 'received'
        then false
    end as is_on_time_in_full
from joined
