-- What adds up over days (points, answers, requests, item-days) adds up to the month, and a
-- cumulative
-- month ends where its last day ends. Members do not add up: one may act on many days, and more
-- of them
-- may have registered by the end of a month whose facts end before it.
with
    daily as (select * from {{ ref("fct_kpis_daily") }}),
    monthly as (select * from {{ ref("fct_kpis_monthly") }}),
    dates as (select * from {{ ref("dim_date") }}),
    daily_in_months as (
        select
            daily.tenant_id,
            dates.month_start as month,
            daily.metric,
            sum(daily.numerator) as numerator_sum,
            sum(daily.denominator) as denominator_sum,
            max_by(daily.numerator, daily.date) as last_numerator,
            max_by(daily.denominator, daily.date) as last_denominator
        from daily
        inner join dates on dates.date = daily.date
        group by daily.tenant_id, dates.month_start, daily.metric
    )

select
    monthly.tenant_id,
    monthly.month,
    monthly.metric,
    monthly.numerator,
    monthly.denominator,
    daily_in_months.numerator_sum,
    daily_in_months.denominator_sum
from monthly
left join
    daily_in_months
    on daily_in_months.tenant_id = monthly.tenant_id
    and daily_in_months.month = monthly.month
    and daily_in_months.metric = monthly.metric
where
    case
        when
            monthly.metric in (
                'consumption_rate',
                'satisfaction_rate',
                'order_success_rate',
                'ledger_breaks',
                'item_redemption_rate',
                'stock_out_rate',
                'lost_demand_rate',
                'stock_turnover_days',
                'virtual_issue_rate',
                'abuse_block_rate',
                'false_block_rate',
                'ship_48h_rate',
                'deliver_on_time_rate',
                'after_sales_24h_rate',
                'complaint_rate',
                'sentiment_negative_rate',
                'restock_48h_rate',
                'settlement_on_time_rate'
            )
        then
            monthly.numerator is distinct from daily_in_months.numerator_sum
            or monthly.denominator is distinct from daily_in_months.denominator_sum
        when monthly.metric in ('activity_rate', 'member_redemption_rate')
        then
            monthly.numerator > daily_in_months.numerator_sum
            or monthly.denominator < daily_in_months.last_denominator
        when monthly.metric = 'repurchase_rate'
        then
            monthly.numerator > daily_in_months.numerator_sum
            or monthly.denominator > daily_in_months.denominator_sum
        when monthly.metric = 'member_redemption_rate_cumulative'
        then
            monthly.numerator is distinct from daily_in_months.last_numerator
            or monthly.denominator < daily_in_months.last_denominator
        else
            monthly.numerator is distinct from daily_in_months.last_numerator
            or monthly.denominator is distinct from daily_in_months.last_denominator
    end
