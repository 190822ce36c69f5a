-- Of tenants that are no test tenants, one by one; each period of theirs is there once.
with
    daily as (select * from {{ ref("fct_kpis_daily") }}),
    monthly as (select * from {{ ref("fct_kpis_monthly") }}),
    tenants as (select * from {{ ref("dim_tenant") }}),
    platform_daily as (select * from {{ ref("fct_platform_kpis_daily") }}),
    platform_monthly as (select * from {{ ref("fct_platform_kpis_monthly") }}),
    of_tenants as (
        select 'day' as grain, date as period_start, tenant_id, metric, numerator, denominator
        from daily
        union all
        select 'month' as grain, month as period_start, tenant_id, metric, numerator, denominator
        from monthly
    ),
    expected as (
        select
            of_tenants.grain,
            of_tenants.period_start,
            of_tenants.metric,
            count(distinct of_tenants.tenant_id) as tenant_count,
            sum(of_tenants.numerator) as numerator,
            sum(of_tenants.denominator) as denominator
        from of_tenants
        inner join tenants on tenants.tenant_id = of_tenants.tenant_id and not tenants.is_test
        group by of_tenants.grain, of_tenants.period_start, of_tenants.metric
    ),
    published as (
        select 'day' as grain, date as period_start, metric, tenant_count, numerator, denominator
        from platform_daily
        union all
        select 'month' as grain, month as period_start, metric, tenant_count, numerator, denominator
        from platform_monthly
    )

select
    coalesce(expected.grain, published.grain) as grain,
    coalesce(expected.period_start, published.period_start) as period_start,
    coalesce(expected.metric, published.metric) as metric,
    expected.numerator as expected_numerator,
    published.numerator,
    expected.denominator as expected_denominator,
    published.denominator
from expected
full join
    published
    on published.grain = expected.grain
    and published.period_start = expected.period_start
    and published.metric = expected.metric
where
    expected.tenant_count is distinct from published.tenant_count
    or expected.numerator is distinct from published.numerator
    or expected.denominator is distinct from published.denominator
