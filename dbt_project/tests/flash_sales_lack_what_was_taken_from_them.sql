-- What is gone from a flash sale is what its redemptions took, less what came back to it before it
-- was closed. Of an item with rows in quarantine it cannot be said.
with
    flash_sales as (select * from {{ ref("stg_flash_sales") }}),
    redemptions as (select * from {{ ref("int_redemptions") }} where flash_sale_id is not null),
    lines as (select * from {{ ref("int_redemption_lines") }} where flash_sale_id is not null),
    taken as (
        select
            flash_sales.tenant_id,
            flash_sales.sale_id,
            sum(
                case
                    when
                        redemptions.status = 'cancelled'
                        and (
                            flash_sales.closed_at is null
                            or redemptions.ended_at < flash_sales.closed_at
                        )
                    then 0
                    else lines.quantity
                end
            ) as quantity
        from flash_sales
        inner join
            redemptions
            on redemptions.tenant_id = flash_sales.tenant_id
            and redemptions.flash_sale_id = flash_sales.sale_id
        inner join
            lines
            on lines.tenant_id = redemptions.tenant_id
            and lines.redemption_id = redemptions.redemption_id
        group by flash_sales.tenant_id, flash_sales.sale_id
    )

select
    flash_sales.tenant_id,
    flash_sales.sale_id,
    flash_sales.allotted_quantity,
    flash_sales.left_quantity,
    taken.quantity as taken_quantity
from flash_sales
left join taken on taken.tenant_id = flash_sales.tenant_id and taken.sale_id = flash_sales.sale_id
where
    flash_sales.allotted_quantity - flash_sales.left_quantity <> coalesce(taken.quantity, 0)
    and not {{ item_has_quarantined_rows("flash_sales.tenant_id", "flash_sales.item_id") }}
