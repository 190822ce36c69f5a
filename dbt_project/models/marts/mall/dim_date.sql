with dates as (select * from {{ ref("int_dates") }})

select
    date,
    extract(year from date) as year,
    cast(date_trunc('month', date) as date) as month_start,
    cast(date_trunc('week', date) as date) as week_start,
    extract(isodow from date) as iso_weekday,
    extract(isodow from date) >= 6 as is_weekend
from dates
