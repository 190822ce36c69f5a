with drilldowns as (select * from {{ ref("metric_drilldowns") }})

select metric, part, mart, date_column, span, value, aggregate, member_column, condition
from drilldowns
