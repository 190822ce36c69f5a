with
    what_if as (select * from {{ ref("stg_ml_campaign_what_if") }}),
    offers as (select * from {{ ref("dim_offer") }})

select
    what_if.tenant_id,
    what_if.item_id,
    what_if.date,
    what_if.origin_date,
    what_if.mean_without,
    what_if.q05_without,
    what_if.q50_without,
    what_if.q90_without,
    what_if.q95_without,
    what_if.mean_with,
    what_if.q05_with,
    what_if.q50_with,
    what_if.q90_with,
    what_if.q95_with,
    what_if.mean_with - what_if.mean_without as extra_mean
from what_if
inner join offers on offers.tenant_id = what_if.tenant_id and offers.item_id = what_if.item_id
