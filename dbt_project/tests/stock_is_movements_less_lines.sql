{{ config(tags=["whole_history"]) }}

-- What is on the shelf, set aside or not, is what came in less what redemptions took, whatever
-- became of them: pieces that come back are a movement. Of an item with rows in quarantine it
-- cannot be said.
with
    stock as (select * from {{ ref("stg_stock") }}),
    movements as (select * from {{ ref("stg_stock_movements") }}),
    lines as (select * from {{ ref("stg_redemption_lines") }}),
    changes as (
        select tenant_id, item_id, quantity
        from movements
        union all
        select tenant_id, item_id, - quantity as quantity
        from lines
    ),
    balances as (
        select tenant_id, item_id, sum(quantity) as quantity
        from changes
        group by tenant_id, item_id
    )

select
    coalesce(stock.tenant_id, balances.tenant_id) as tenant_id,
    coalesce(stock.item_id, balances.item_id) as item_id,
    stock.on_hand_quantity,
    balances.quantity as expected_quantity
from stock
full join balances on balances.tenant_id = stock.tenant_id and balances.item_id = stock.item_id
where
    coalesce(stock.on_hand_quantity, 0) <> coalesce(balances.quantity, 0) and not
    {{
        item_has_quarantined_rows(
            "coalesce(stock.tenant_id, balances.tenant_id)",
            "coalesce(stock.item_id, balances.item_id)",
        )
    }}
