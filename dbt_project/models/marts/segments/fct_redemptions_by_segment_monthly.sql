{% set views = group_news() %}
{{ built_by_months_of_groups(views) }}

with
    lines as (
        select *
        from {{ ref("fct_redemption_lines") }}
        where is_demand and effective_date >= {{ changed_month_from(views) }}
    ),
    member_groups as ({{ changed_member_groups(views) }}),
    items as (select * from {{ ref("dim_item") }}),
    -- Lines are many and what a member took in a month is little: they are counted before groups
    -- are looked up.
    takings as (
        select
            tenant_id,
            member_id,
            item_id,
            cast(date_trunc('month', effective_date) as date) as month,
            {{ price_band("unit_points") }} as price_band,
            count(distinct redemption_id) as redemption_count,
            sum(line_points) as points
        from lines
        group by
            tenant_id,
            member_id,
            item_id,
            cast(date_trunc('month', effective_date) as date),
            {{ price_band("unit_points") }}
    ),
    takings_of_groups as (
        select
            takings.tenant_id,
            takings.month,
            member_groups.group_kind,
            member_groups.member_group,
            takings.redemption_count,
            takings.points,
            items.category,
            cast(takings.price_band as varchar) as price_band
        from {{ in_groups_of_month("takings", "member_groups") }}
        inner join items on items.item_id = takings.item_id
    ),
    summed as (
        select
            tenant_id,
            month,
            group_kind,
            member_group,
            case when grouping(category) = 0 then 'category' else 'price_band' end as item_kind,
            coalesce(category, price_band) as item_group,
            sum(redemption_count) as redemption_count,
            sum(points) as points
        from takings_of_groups
        group by
            grouping sets (
                (tenant_id, month, group_kind, member_group, category),
                (tenant_id, month, group_kind, member_group, price_band)
            )
    )

select
    tenant_id,
    month,
    group_kind,
    member_group,
    item_kind,
    item_group,
    cast(redemption_count as bigint) as redemption_count,
    cast(points as bigint) as points,
    {{ rate("redemption_count", "sum(redemption_count) over of_group") }} as share,
    {{ rate("points", "sum(points) over of_group") }} as share_of_points
from summed
window of_group as (partition by tenant_id, month, group_kind, member_group, item_kind)
