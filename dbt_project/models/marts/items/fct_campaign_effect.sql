with
    flash_sales as (select * from {{ ref("stg_flash_sales") }}),
    sale_days as (select * from {{ ref("int_flash_sale_days") }}),
    expectations as (select * from {{ ref("int_flash_sale_expectations") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    firsts as (select * from {{ ref("int_first_redemptions") }}),
    sale_windows as (select distinct tenant_id, sale_id, first_date, last_date from sale_days),
    buyers as (
        select tenant_id, flash_sale_id as sale_id, member_id, min(effective_at) as effective_at
        from redemptions
        where flash_sale_id is not null and is_counted and is_demand
        group by tenant_id, flash_sale_id, member_id
    ),
    redeemers as (
        select
            buyers.tenant_id,
            buyers.sale_id,
            count(*) as redeemer_count,
            count(firsts.member_id) as new_redeemer_count
        from buyers
        left join
            firsts
            on firsts.tenant_id = buyers.tenant_id
            and firsts.member_id = buyers.member_id
            and firsts.first_at = buyers.effective_at
        group by buyers.tenant_id, buyers.sale_id
    ),
    sold as (
        select
            tenant_id,
            flash_sale_id as sale_id,
            sum(quantity) as quantity,
            sum(line_points) as points
        from lines
        where flash_sale_id is not null and is_counted and is_demand
        group by tenant_id, flash_sale_id
    )

select
    flash_sales.tenant_id,
    flash_sales.sale_id,
    flash_sales.item_id,
    flash_sales.price_points,
    flash_sales.recorded_at as announced_at,
    flash_sales.starts_at,
    flash_sales.ends_at,
    flash_sales.closed_at,
    sale_windows.first_date,
    sale_windows.last_date,
    flash_sales.allotted_quantity,
    cast(coalesce(sold.quantity, 0) as bigint) as sale_quantity,
    cast(coalesce(sold.points, 0) as bigint) as sale_points,
    coalesce(during.day_count, 0) as window_day_count,
    coalesce(during.quantity, 0) as window_quantity,
    coalesce(during.baseline_day_count, 0) as baseline_day_count,
    round(during.expected_quantity, 6) as expected_quantity,
    round(during.quantity - during.expected_quantity, 6) as uplift_quantity,
    {{
        difference_bound(
            "during.quantity - during.expected_quantity",
            "during.quantity",
            "during.expected_variance",
            "-",
        )
    }} as uplift_low,
    {{
        difference_bound(
            "during.quantity - during.expected_quantity",
            "during.quantity",
            "during.expected_variance",
            "+",
        )
    }} as uplift_high,
    coalesce(afterwards.day_count, 0) as after_day_count,
    coalesce(afterwards.quantity, 0) as after_quantity,
    round(afterwards.expected_quantity, 6) as after_expected_quantity,
    round(afterwards.expected_quantity - afterwards.quantity, 6) as pull_forward_quantity,
    {{
        difference_bound(
            "afterwards.expected_quantity - afterwards.quantity",
            "afterwards.quantity",
            "afterwards.expected_variance",
            "-",
        )
    }} as pull_forward_low,
    {{
        difference_bound(
            "afterwards.expected_quantity - afterwards.quantity",
            "afterwards.quantity",
            "afterwards.expected_variance",
            "+",
        )
    }} as pull_forward_high,
    coalesce(redeemers.redeemer_count, 0) as redeemer_count,
    coalesce(redeemers.new_redeemer_count, 0) as new_redeemer_count,
    {{ rate("redeemers.new_redeemer_count", "redeemers.redeemer_count") }} as new_redeemer_share
from flash_sales
inner join
    sale_windows
    on sale_windows.tenant_id = flash_sales.tenant_id
    and sale_windows.sale_id = flash_sales.sale_id
left join sold on sold.tenant_id = flash_sales.tenant_id and sold.sale_id = flash_sales.sale_id
left join
    expectations as during
    on during.tenant_id = flash_sales.tenant_id
    and during.sale_id = flash_sales.sale_id
    and during.part = 'window'
left join
    expectations as afterwards
    on afterwards.tenant_id = flash_sales.tenant_id
    and afterwards.sale_id = flash_sales.sale_id
    and afterwards.part = 'after'
left join
    redeemers
    on redeemers.tenant_id = flash_sales.tenant_id
    and redeemers.sale_id = flash_sales.sale_id
