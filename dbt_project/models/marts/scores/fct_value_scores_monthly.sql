with
    measured as (select * from {{ ref("fct_value_score_parts_monthly") }} where score is not null),
    parts as (
        select
            tenant_id,
            month,
            part,
            part_weight,
            sum(metric_weight) as known_weight,
            sum(metric_weight * score) / sum(metric_weight) as score
        from measured
        group by tenant_id, month, part, part_weight
    )

-- 40 % functional fit + 30 % supply + 20 % service + 10 % price: the mean, by weight, of the
-- parts of
-- which anything was measured, each the mean of its metrics that were. A tenant is compared with
-- another
-- by what both have known.
select
    tenant_id,
    month,
    round(sum(part_weight * score) / sum(part_weight), 6) as value_score,
    round(max(case when part = 'functional' then score end), 6) as functional_score,
    round(max(case when part = 'supply' then score end), 6) as supply_score,
    round(max(case when part = 'service' then score end), 6) as service_score,
    round(max(case when part = 'price' then score end), 6) as price_score,
    round(sum(part_weight * known_weight), 6) as known_weight
from parts
group by tenant_id, month
