with figures as (select * from {{ ref("figures") }})

select figure, name_zh, name_en, definition_zh, definition_en, mart
from figures
