with
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    activity as (select * from {{ ref("fct_item_activity_daily") }}),
    stock as (select * from {{ ref("int_item_stock_daily") }}),
    ratings as (select * from {{ ref("int_item_ratings_daily") }}),
    offers as (select * from {{ ref("stg_offers") }}),
    -- One row for each day of each kind of fact; the others are zero.
    facts as (
        select
            tenant_id,
            item_id,
            date,
            0 as listed_days,
            0 as stocked_out_days,
            0 as refused_quantity,
            view_count,
            redemption_count,
            quantity,
            points,
            0 as answer_count,
            0 as score_sum
        from activity
        union all
        select
            tenant_id,
            item_id,
            date,
            case when is_listed then 1 else 0 end as listed_days,
            case when is_stocked_out then 1 else 0 end as stocked_out_days,
            refused_quantity,
            0,
            0,
            0,
            0,
            0,
            0
        from stock
        where is_listed or refused_quantity > 0
        union all
        select tenant_id, item_id, date, 0, 0, 0, 0, 0, 0, 0, answer_count, score_sum
        from ratings
    ),
    monthly as (
        select
            facts.tenant_id,
            facts.item_id,
            cast(date_trunc('month', facts.date) as date) as month,
            cast(sum(facts.listed_days) as bigint) as listed_days,
            cast(sum(facts.stocked_out_days) as bigint) as stocked_out_days,
            cast(sum(facts.refused_quantity) as bigint) as refused_quantity,
            cast(sum(facts.view_count) as bigint) as view_count,
            cast(sum(facts.redemption_count) as bigint) as redemption_count,
            cast(sum(facts.quantity) as bigint) as quantity,
            cast(sum(facts.points) as bigint) as points,
            cast(sum(facts.answer_count) as bigint) as answer_count,
            cast(sum(facts.score_sum) as bigint) as score_sum
        from facts
        inner join
            ranges
            on ranges.tenant_id = facts.tenant_id
            and facts.date between ranges.first_fact_date and ranges.last_fact_date
        group by facts.tenant_id, facts.item_id, cast(date_trunc('month', facts.date) as date)
    ),
    rated as (
        select
            monthly.*,
            {{ rate("redemption_count", "view_count") }} as redemption_rate,
            -- More redemptions than views are no share of them: members redeem what they know.
            case
                when redemption_count <= view_count
                then {{ wilson_low("least(redemption_count, view_count)", "view_count") }}
            end as redemption_rate_low,
            case
                when redemption_count <= view_count
                then {{ wilson_high("least(redemption_count, view_count)", "view_count") }}
            end as redemption_rate_high,
            {{ rate("score_sum", "answer_count") }} as mean_score
        from monthly
    )

select
    rated.tenant_id,
    rated.item_id,
    rated.month,
    rated.listed_days,
    rated.stocked_out_days,
    rated.refused_quantity,
    rated.view_count,
    rated.redemption_count,
    rated.redemption_rate,
    rated.redemption_rate_low,
    rated.redemption_rate_high,
    rated.quantity,
    rated.points,
    offers.price_points,
    rated.answer_count,
    rated.mean_score,
    rank() over (
        partition by rated.tenant_id, rated.month order by rated.view_count desc
    ) as exposure_rank,
    case
        when rated.redemption_rate is not null
        then
            rank() over (
                partition by rated.tenant_id, rated.month
                order by rated.redemption_rate desc nulls last
            )
    end as rate_rank
from rated
left join offers on offers.tenant_id = rated.tenant_id and offers.item_id = rated.item_id
