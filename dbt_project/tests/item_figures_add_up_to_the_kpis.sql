-- What items have done adds up to what their tenant's metrics say of the month.
with
    kpis as (select * from {{ ref("fct_kpis_monthly") }}),
    performance as (select * from {{ ref("fct_item_performance_monthly") }}),
    refusals as (select * from {{ ref("fct_refusals") }}),
    assessments as (select * from {{ ref("fct_risk_assessments") }}),
    tenants as (select * from {{ ref("dim_tenant") }}),
    figures as (
        select
            tenant_id,
            month,
            'item_redemption_rate' as metric,
            redemption_count as numerator,
            view_count as denominator
        from performance
        union all
        select tenant_id, month, 'stock_out_rate', stocked_out_days, listed_days
        from performance
        union all
        select
            tenant_id,
            cast(date_trunc('month', effective_date) as date) as month,
            'lost_demand_rate',
            1,
            null
        from refusals
        semi join
            tenants
            on tenants.tenant_id = refusals.tenant_id
            and refusals.effective_date between tenants.first_fact_date and tenants.last_fact_date
        where class = 'stock'
        union all
        select
            tenant_id,
            cast(date_trunc('month', effective_date) as date) as month,
            case
                when decided_verdict = 'deny' then 'abuse_block_rate' else 'false_block_rate'
            end as metric,
            case when is_blocked then 1 else 0 end,
            1
        from assessments
        semi join
            tenants
            on tenants.tenant_id = assessments.tenant_id
            and assessments.effective_date
            between tenants.first_fact_date and tenants.last_fact_date
        where is_reviewed
    ),
    totals as (
        select
            tenant_id, month, metric, sum(numerator) as numerator, sum(denominator) as denominator
        from figures
        group by tenant_id, month, metric
    )

select
    kpis.tenant_id,
    kpis.month,
    kpis.metric,
    kpis.numerator,
    totals.numerator as expected_numerator,
    kpis.denominator,
    totals.denominator as expected_denominator
from kpis
full join
    totals
    on totals.tenant_id = kpis.tenant_id
    and totals.month = kpis.month
    and totals.metric = kpis.metric
where
    coalesce(totals.metric, kpis.metric) in (
        'item_redemption_rate',
        'stock_out_rate',
        'lost_demand_rate',
        'abuse_block_rate',
        'false_block_rate'
    )
    and (
        coalesce(kpis.numerator, 0) <> coalesce(totals.numerator, 0)
        or (
            kpis.metric <> 'lost_demand_rate'
            and coalesce(kpis.denominator, 0) <> coalesce(totals.denominator, 0)
        )
    )
