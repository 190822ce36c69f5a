{{ config(tags=["whole_history"]) }}

-- Tastes of everybody, counted straight from the lines of redemptions that were kept: as many
-- members, lines and
-- points as are published, and none of members enough left out.
with
    tastes as (select * from {{ ref("fct_member_tastes_yearly") }} where segment = 'all'),
    lines as (select * from {{ ref("fct_redemption_lines") }}),
    redemptions as (select * from {{ ref("fct_redemptions") }}),
    items as (select * from {{ ref("dim_item") }}),
    taken as (
        select
            lines.tenant_id,
            cast(date_trunc('year', lines.effective_date) as date) as year,
            items.category as taste,
            count(distinct lines.member_id) as member_count,
            count(*) as line_count,
            sum(lines.line_points) as points
        from lines
        inner join
            redemptions
            on redemptions.tenant_id = lines.tenant_id
            and redemptions.redemption_id = lines.redemption_id
            and redemptions.is_kept
        inner join items on items.item_id = lines.item_id
        group by
            lines.tenant_id, cast(date_trunc('year', lines.effective_date) as date), items.category
        having count(distinct lines.member_id) >= {{ var("fewest_members_of_a_group") }}
    ),
    published as (select * from tastes where taste_kind = 'category')

select
    coalesce(taken.tenant_id, published.tenant_id) as tenant_id,
    coalesce(taken.year, published.year) as year,
    coalesce(taken.taste, published.taste) as taste,
    taken.line_count as taken_line_count,
    published.line_count
from taken
full join
    published
    on published.tenant_id = taken.tenant_id
    and published.year = taken.year
    and published.taste = taken.taste
where
    taken.member_count is distinct from published.member_count
    or taken.line_count is distinct from published.line_count
    or taken.points is distinct from published.points
