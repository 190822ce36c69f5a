{{ config(tags=["whole_history"]) }}

-- Where an item has demand on a day it has a row of stock, with the same end of the day, and what
-- counted members asked for is no more than all members took (a prize is taken later).
with
    demand as (select * from {{ ref("fct_item_demand_daily") }}),
    item_stock as (select * from {{ ref("fct_item_stock_daily") }}),
    lines as (select * from {{ ref("fct_redemption_lines") }}),
    prizes as (
        select tenant_id, item_id, effective_date as date, sum(quantity) as quantity
        from lines
        where mode = 'draw'
        group by tenant_id, item_id, effective_date
    )

select
    demand.tenant_id,
    demand.item_id,
    demand.date,
    demand.quantity,
    item_stock.issued_quantity,
    demand.on_hand_quantity,
    item_stock.closing_quantity
from demand
left join
    item_stock
    on item_stock.tenant_id = demand.tenant_id
    and item_stock.item_id = demand.item_id
    and item_stock.date = demand.date
left join
    prizes
    on prizes.tenant_id = demand.tenant_id
    and prizes.item_id = demand.item_id
    and prizes.date = demand.date
where
    demand.on_hand_quantity is distinct from item_stock.closing_quantity
    or demand.is_stocked_out is distinct from item_stock.is_stocked_out
    or demand.refused_quantity is distinct from item_stock.refused_quantity
    or demand.quantity > item_stock.issued_quantity + coalesce(prizes.quantity, 0)
