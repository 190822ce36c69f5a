with
    kpis as (select * from {{ ref("int_kpis") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    metrics as (select * from {{ ref("metrics") }}),
    totals as (
        select
            kpis.grain,
            kpis.period_start,
            kpis.metric,
            count(*) as tenant_count,
            cast(sum(kpis.numerator) as bigint) as numerator,
            cast(sum(kpis.denominator) as bigint) as denominator
        from kpis
        inner join tenants on tenants.tenant_id = kpis.tenant_id
        where not tenants.is_test
        group by kpis.grain, kpis.period_start, kpis.metric
    )

select
    totals.grain,
    totals.period_start,
    totals.metric,
    totals.tenant_count,
    totals.numerator,
    totals.denominator,
    {{ rate("totals.numerator", "totals.denominator") }} as value,
    greatest(totals.denominator, 0) as n,
    case
        when metrics.is_sampled then {{ wilson_low("totals.numerator", "totals.denominator") }}
    end as low,
    case
        when metrics.is_sampled then {{ wilson_high("totals.numerator", "totals.denominator") }}
    end as high,
    metrics.target
from totals
inner join metrics on metrics.metric = totals.metric
