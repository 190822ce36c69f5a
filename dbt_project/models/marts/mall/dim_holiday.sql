with holidays as (select * from {{ ref("holidays") }})

select occasion_id, holiday_date, name_zh, name_en
from holidays
