{% set views = ["redemption", "event", "entry", "registration", "last_day"] %}
{% set least = var("fewest_members_of_a_group") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_year_from": "year", "changed_views": views},
    )
}}

with
    lines as (
        select *
        from {{ ref("fct_redemption_lines") }}
        where effective_date >= {{ changed_year_from(views) }}
    ),
    redemptions as (
        select *
        from {{ ref("fct_redemptions") }}
        where effective_date >= {{ changed_year_from(views) }} and is_kept
    ),
    segments as (
        select * from {{ ref("fct_member_segments") }} where month >= {{ changed_year_from(views) }}
    ),
    items as (select * from {{ ref("dim_item") }}),
    year_ends as (
        select tenant_id, cast(date_trunc('year', month) as date) as year, max(month) as month
        from segments
        group by tenant_id, cast(date_trunc('year', month) as date)
    ),
    -- Each member has one segment in a year, so members of segments add up to all.
    members_of_years as (
        select segments.tenant_id, segments.member_id, year_ends.year, segments.segment
        from segments
        inner join
            year_ends
            on year_ends.tenant_id = segments.tenant_id
            and year_ends.month = segments.month
    ),
    -- Lines are many and what a member took in a year is little: they are counted before segments
    -- are looked up.
    takings as (
        select
            lines.tenant_id,
            lines.member_id,
            cast(date_trunc('year', lines.effective_date) as date) as year,
            items.category,
            {{ price_band("lines.unit_points") }} as price_band,
            count(*) as line_count,
            sum(lines.line_points) as points
        from lines
        semi join
            redemptions
            on redemptions.tenant_id = lines.tenant_id
            and redemptions.redemption_id = lines.redemption_id
        inner join items on items.item_id = lines.item_id
        group by
            lines.tenant_id,
            lines.member_id,
            cast(date_trunc('year', lines.effective_date) as date),
            items.category,
            {{ price_band("lines.unit_points") }}
    ),
    takings_of_segments as (
        select takings.*, members_of_years.segment
        from takings
        inner join
            members_of_years
            on members_of_years.tenant_id = takings.tenant_id
            and members_of_years.member_id = takings.member_id
            and members_of_years.year = takings.year
    ),
    counted as (
        select
            tenant_id,
            year,
            segment,
            case when grouping(category) = 0 then 'category' else 'price_band' end as taste_kind,
            coalesce(category, cast(price_band as varchar)) as taste,
            count(distinct member_id) as member_count,
            sum(line_count) as line_count,
            sum(points) as points
        from takings_of_segments
        group by
            grouping sets (
                (tenant_id, year, segment, category), (tenant_id, year, segment, price_band)
            )
    ),
    with_all as (
        select tenant_id, year, segment, taste_kind, taste, member_count, line_count, points
        from counted
        union all
        select
            tenant_id,
            year,
            'all' as segment,
            taste_kind,
            taste,
            sum(member_count) as member_count,
            sum(line_count) as line_count,
            sum(points) as points
        from counted
        group by tenant_id, year, taste_kind, taste
    ),
    shared as (
        select
            *, sum(line_count) over (partition by tenant_id, year, segment, taste_kind) as all_lines
        from with_all
    )

-- What too few members of a segment took is not told of it.
select
    tenant_id,
    year,
    segment,
    taste_kind,
    taste,
    cast(member_count as bigint) as member_count,
    cast(line_count as bigint) as line_count,
    cast(points as bigint) as points,
    {{ rate("line_count", "all_lines") }} as share
from shared
where member_count >= {{ least }}
