with dates as (select * from {{ ref("int_dates") }})

select
    date,
    cast(extract(year from date) as integer) as year,
    cast(date_trunc('month', date) as date) as month_start,
    cast(date_trunc('week', date) as date) as week_start,
    cast(extract(isodow from date) as integer) as iso_weekday,
    extract(isodow from date) >= 6 as is_weekend
from dates
