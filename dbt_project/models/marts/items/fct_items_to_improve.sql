with
    performance as (select * from {{ ref("fct_item_performance_monthly") }}),
    items as (select * from {{ ref("dim_item") }}),
    listed as (
        select performance.*, items.category
        from performance
        inner join items on items.item_id = performance.item_id
        where performance.listed_days > 0
    ),
    tenants as (
        select
            tenant_id,
            month,
            {{ rate("sum(redemption_count)", "sum(view_count)") }} as tenant_redemption_rate,
            median(view_count) as median_view_count
        from listed
        group by tenant_id, month
    ),
    -- A price is high or low beside what else there is of the kind.
    categories as (
        select
            tenant_id,
            month,
            category,
            count(*) as peer_count,
            median(price_points) as median_price_points
        from listed
        group by tenant_id, month, category
    ),
    ranked as (
        select
            listed.*,
            tenants.tenant_redemption_rate,
            tenants.median_view_count,
            case
                when categories.peer_count >= {{ var("improvement_least_peers") }}
                then categories.median_price_points
            end as peer_price_points,
            row_number() over (
                partition by listed.tenant_id, listed.month
                order by listed.redemption_rate, listed.view_count desc, listed.item_id
            ) as improvement_rank
        from listed
        inner join tenants on tenants.tenant_id = listed.tenant_id and tenants.month = listed.month
        inner join
            categories
            on categories.tenant_id = listed.tenant_id
            and categories.month = listed.month
            and categories.category = listed.category
        where listed.view_count >= {{ var("improvement_least_views") }}
    ),
    signs as (
        select
            ranked.*,
            stocked_out_days
            >= {{ var("improvement_stocked_out_share") }} * listed_days as is_often_stocked_out,
            coalesce(
                answer_count >= {{ var("improvement_least_answers") }}
                and mean_score < {{ var("improvement_poor_score") }},
                false
            ) as is_poorly_rated,
            coalesce(
                price_points > {{ var("improvement_dear_ratio") }} * peer_price_points, false
            ) as is_dear,
            view_count < median_view_count as is_little_seen
        from ranked
    )

-- Ten each month, and up to five more that are below the tenant's own rate beyond chance.
select
    tenant_id,
    month,
    item_id,
    improvement_rank,
    case
        when is_often_stocked_out
        then 'out_of_stock'
        when is_poorly_rated
        then 'poor_ratings'
        when is_dear
        then 'dearer_than_peers'
        when is_little_seen
        then 'few_views'
        else 'low_conversion'
    end as reason,
    is_often_stocked_out,
    is_poorly_rated,
    is_dear,
    is_little_seen,
    view_count,
    redemption_count,
    redemption_rate,
    redemption_rate_low,
    redemption_rate_high,
    tenant_redemption_rate,
    listed_days,
    stocked_out_days,
    answer_count,
    mean_score,
    price_points,
    cast(peer_price_points as double) as peer_price_points
from signs
where
    improvement_rank <= 10
    or (improvement_rank <= 15 and redemption_rate_high < tenant_redemption_rate)
