with
    campaigns as (select * from {{ ref("stg_campaigns") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    dimension as (select * from {{ ref("dim_campaign") }}),
    facts as (select * from {{ ref("int_tenant_fact_ranges") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    transfers as (select * from {{ ref("int_member_transfers") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    sales as (select * from {{ ref("stg_campaign_sales") }}),
    uses as (select * from {{ ref("stg_campaign_uses") }}),
    -- As far as there are facts: a campaign that runs is compared by the days it has had.
    windows as (
        select
            dimension.tenant_id,
            dimension.campaign_id,
            dimension.first_date,
            least(dimension.last_date, facts.last_fact_date) as until_date,
            cast(
                least(dimension.last_date, facts.last_fact_date)
                - dimension.first_date
                + 1 as integer
            ) as day_count
        from dimension
        inner join
            facts
            on facts.tenant_id = dimension.tenant_id
            and facts.last_fact_date >= dimension.first_date
        where dimension.is_held
    ),
    demand as (
        select tenant_id, effective_date, redemption_id, sum(line_points) as points
        from lines
        where is_counted and is_demand
        group by tenant_id, effective_date, redemption_id
    ),
    compared as (
        select
            windows.tenant_id,
            windows.campaign_id,
            count(*) filter (where demand.effective_date >= windows.first_date) as window_count,
            count(*) filter (where demand.effective_date < windows.first_date) as before_count,
            sum(demand.points) filter (
                where demand.effective_date >= windows.first_date
            ) as window_points,
            sum(demand.points) filter (
                where demand.effective_date < windows.first_date
            ) as before_points
        from windows
        inner join
            demand
            on demand.tenant_id = windows.tenant_id
            and demand.effective_date
            between windows.first_date - windows.day_count and windows.until_date
        group by windows.tenant_id, windows.campaign_id
    ),
    given as (
        select
            tenant_id,
            campaign_id,
            sum(points) as used_points,
            sum(points) filter (where kind in ('extra', 'extra_back')) as extra_points,
            sum(points) filter (where kind in ('discount', 'discount_back')) as discount_points
        from uses
        group by tenant_id, campaign_id
    ),
    -- Whom something was given to, whether or not they kept it; in a flash sale, who bought in it.
    takers as (
        select
            uses.tenant_id,
            uses.campaign_id,
            transfers.member_id,
            cast(null as uuid) as redemption_id
        from uses
        inner join
            transfers
            on transfers.tenant_id = uses.tenant_id
            and transfers.transfer_id = uses.cause_id
        where uses.kind = 'extra'
        union all
        select uses.tenant_id, uses.campaign_id, redemptions.member_id, redemptions.redemption_id
        from uses
        inner join
            redemptions
            on redemptions.tenant_id = uses.tenant_id
            and redemptions.redemption_id = uses.redemption_id
            and redemptions.is_demand
        where uses.kind = 'discount'
        union all
        select sales.tenant_id, sales.campaign_id, redemptions.member_id, redemptions.redemption_id
        from sales
        inner join
            redemptions
            on redemptions.tenant_id = sales.tenant_id
            and redemptions.flash_sale_id = sales.sale_id
            and redemptions.is_demand
    ),
    taken as (
        select
            takers.tenant_id,
            takers.campaign_id,
            count(distinct takers.member_id) as member_count,
            count(distinct takers.redemption_id) as redemption_count
        from takers
        inner join
            members on members.tenant_id = takers.tenant_id and members.member_id = takers.member_id
        group by takers.tenant_id, takers.campaign_id
    )

select
    windows.tenant_id,
    windows.campaign_id,
    windows.first_date,
    windows.until_date,
    cast(windows.day_count as bigint) as day_count,
    campaigns.budget_points,
    campaigns.used_points,
    cast(coalesce(given.extra_points, 0) as bigint) as extra_points,
    cast(coalesce(given.discount_points, 0) as bigint) as discount_points,
    {{ rate("campaigns.used_points", "campaigns.budget_points") }} as budget_use_rate,
    cast(
        ceil(campaigns.used_points * tenants.point_cost_fen_per_100 / 100.0) as bigint
    ) as cost_fen,
    coalesce(taken.member_count, 0) as member_count,
    coalesce(taken.redemption_count, 0) as campaign_redemption_count,
    coalesce(compared.window_count, 0) as window_redemption_count,
    coalesce(compared.before_count, 0) as before_redemption_count,
    cast(coalesce(compared.window_points, 0) as bigint) as window_redeemed_points,
    cast(coalesce(compared.before_points, 0) as bigint) as before_redeemed_points,
    {{ rate("compared.window_count - compared.before_count", "compared.before_count") }}
    as redemption_change_rate
from windows
inner join
    campaigns
    on campaigns.tenant_id = windows.tenant_id
    and campaigns.campaign_id = windows.campaign_id
inner join tenants on tenants.tenant_id = windows.tenant_id
left join
    compared
    on compared.tenant_id = windows.tenant_id
    and compared.campaign_id = windows.campaign_id
left join given on given.tenant_id = windows.tenant_id and given.campaign_id = windows.campaign_id
left join taken on taken.tenant_id = windows.tenant_id and taken.campaign_id = windows.campaign_id
