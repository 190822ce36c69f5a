with
    rates as (select * from {{ ref("stg_carrier_rates") }}),
    beginnings as (select distinct carrier, region, valid_from from rates),
    spans as (
        select
            carrier,
            region,
            valid_from,
            lead(valid_from) over (partition by carrier, region order by valid_from) as next_from
        from beginnings
    )

select
    rates.carrier,
    rates.region,
    rates.valid_from,
    spans.next_from - 1 as valid_until,
    rates.over_parcel_count,
    rates.first_grams,
    rates.first_fen,
    rates.step_grams,
    rates.step_fen,
    rates.discount_bp
from rates
inner join
    spans
    on spans.carrier = rates.carrier
    and spans.region = rates.region
    and spans.valid_from = rates.valid_from
