with
    items as (select distinct category from {{ ref("stg_items") }}),
    categories as (select * from {{ ref("stg_categories") }})

select
    items.category,
    coalesce(categories.name_zh, items.category) as name_zh,
    coalesce(categories.name_en, items.category) as name_en
from items
left join categories on categories.category = items.category
