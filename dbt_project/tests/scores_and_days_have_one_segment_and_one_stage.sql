-- Every combination of scores and every pair of days is in exactly one row of its seed.
with
    segments as (select * from {{ ref("dim_member_segment") }}),
    stages as (select * from {{ ref("dim_lifecycle_stage") }}),
    scores as (select unnest([1, 2, 3, 4, 5]) as score),
    triples as (
        select
            recencies.score as recency, frequencies.score as frequency, monetaries.score as monetary
        from scores as recencies
        cross join scores as frequencies
        cross join scores as monetaries
        union all
        select 0 as recency, 0 as frequency, 0 as monetary
    ),
    borders as (
        select distinct
            unnest(
                [
                    0,
                    tenure_days_from - 1,
                    tenure_days_from,
                    tenure_days_until,
                    tenure_days_until + 1,
                    idle_days_from - 1,
                    idle_days_from,
                    idle_days_until,
                    idle_days_until + 1,
                    100000
                ]
            ) as days
        from stages
    ),
    pairs as (
        select tenures.days as tenure_days, idles.days as idle_days
        from borders as tenures
        cross join borders as idles
        where tenures.days >= 0 and idles.days >= 0
    )

select triples.recency, triples.frequency, triples.monetary, count(segments.segment) as matches
from triples
left join
    segments
    on triples.recency between segments.recency_from and segments.recency_until
    and triples.frequency between segments.frequency_from and segments.frequency_until
    and triples.monetary between segments.monetary_from and segments.monetary_until
group by triples.recency, triples.frequency, triples.monetary
having count(segments.segment) <> 1
union all
select pairs.tenure_days, pairs.idle_days, null as monetary, count(stages.stage) as matches
from pairs
left join
    stages
    on pairs.tenure_days >= stages.tenure_days_from
    and (pairs.tenure_days <= stages.tenure_days_until or stages.tenure_days_until is null)
    and pairs.idle_days >= stages.idle_days_from
    and (pairs.idle_days <= stages.idle_days_until or stages.idle_days_until is null)
group by pairs.tenure_days, pairs.idle_days
having count(stages.stage) <> 1
