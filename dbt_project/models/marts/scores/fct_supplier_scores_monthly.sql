with
    parts as (select * from {{ ref("fct_supplier_score_parts_monthly") }} where score is not null),
    counts as (select * from {{ ref("int_supplier_counts_monthly") }}),
    suppliers as (select * from {{ ref("stg_suppliers") }}),
    orders as (
        select tenant_id, supplier_id, month, denominator as redemption_count
        from counts
        where component = 'defect'
    ),
    scored as (
        select
            tenant_id,
            supplier_id,
            month,
            sum(weight) as known_weight,
            sum(weight * score) / sum(weight) as score,
            sqrt(
                sum(
                    weight
                    * weight
                    * {{ scaled_variance("numerator", "denominator", "zero_at", "full_at") }}
                )
            )
            / sum(weight) as standard_error
        from parts
        group by tenant_id, supplier_id, month
    )

-- The mean of what is known, by weight; its interval takes the components for independent.
select
    scored.tenant_id,
    scored.supplier_id,
    suppliers.code as supplier_code,
    suppliers.name as supplier_name,
    scored.month,
    round(scored.score, 6) as score,
    greatest(round(scored.score - {{ z95() }} * scored.standard_error, 6), 0.0) as low,
    least(round(scored.score + {{ z95() }} * scored.standard_error, 6), 1.0) as high,
    round(scored.known_weight, 6) as known_weight,
    coalesce(orders.redemption_count, 0) as n,
    coalesce(orders.redemption_count, 0)
    < {{ var("fewest_redemptions_of_a_supplier") }} as is_small_sample
from scored
inner join
    suppliers
    on suppliers.tenant_id = scored.tenant_id
    and suppliers.supplier_id = scored.supplier_id
left join
    orders
    on orders.tenant_id = scored.tenant_id
    and orders.supplier_id = scored.supplier_id
    and orders.month = scored.month
