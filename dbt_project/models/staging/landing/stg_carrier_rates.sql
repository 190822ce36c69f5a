with carrier_rates as (select * from {{ source("landing", "carrier_rate") }})

select
    carrier,
    region,
    valid_from,
    over_parcels as over_parcel_count,
    first_grams,
    first_fen,
    step_grams,
    step_fen,
    discount_bp,
    recorded_at
from carrier_rates
