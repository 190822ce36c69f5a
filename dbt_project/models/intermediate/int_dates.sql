with days as ({{ date_spine(var("calendar_from"), var("calendar_until")) }}) select date from days
