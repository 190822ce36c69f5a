with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    stock_totals as (select * from {{ ref("int_stock_totals_daily") }}),
    catalogue as (select * from {{ ref("int_catalogue_daily") }}),
    -- The last month ends with the facts, not with the calendar: both grains close on the same day.
    periods as (
        select tenant_id, grain, period_start, max(date) as closing_date
        from period_days
        group by tenant_id, grain, period_start
    ),
    summed as (
        {{
            summed_counts(
                ref("int_item_counts_daily"),
                [
                    "item_redemption_rate",
                    "stock_out_rate",
                    "lost_demand_rate",
                    "stock_turnover_days",
                    "virtual_issue_rate",
                    "abuse_block_rate",
                    "false_block_rate",
                ],
            )
        }}
    ),
    catalogue_at_close as (
        select
            periods.tenant_id,
            periods.grain,
            periods.period_start,
            catalogue.staple_count,
            catalogue.quality_count,
            catalogue.scarce_count,
            catalogue.brand_direct_count,
            catalogue.staple_count + catalogue.quality_count + catalogue.scarce_count as offer_count
        from periods
        inner join
            catalogue
            on catalogue.tenant_id = periods.tenant_id
            and catalogue.date = periods.closing_date
    )

select tenant_id, grain, period_start, metric, numerator, denominator
from summed
union all
select
    periods.tenant_id,
    periods.grain,
    periods.period_start,
    'sell_through_rate' as metric,
    stock_totals.issued_30_days_quantity as numerator,
    stock_totals.available_30_days_quantity as denominator
from periods
inner join
    stock_totals
    on stock_totals.tenant_id = periods.tenant_id
    and stock_totals.date = periods.closing_date
union all
select
    tenant_id,
    grain,
    period_start,
    'catalogue_staple_share' as metric,
    staple_count as numerator,
    offer_count as denominator
from catalogue_at_close
union all
select
    tenant_id,
    grain,
    period_start,
    'catalogue_quality_share' as metric,
    quality_count as numerator,
    offer_count as denominator
from catalogue_at_close
union all
select
    tenant_id,
    grain,
    period_start,
    'catalogue_scarce_share' as metric,
    scarce_count as numerator,
    offer_count as denominator
from catalogue_at_close
union all
select
    tenant_id,
    grain,
    period_start,
    'brand_direct_rate' as metric,
    brand_direct_count as numerator,
    offer_count as denominator
from catalogue_at_close
