with
    campaigns as (select * from {{ ref("stg_campaigns") }}),
    items as (
        select tenant_id, campaign_id, count(*) as item_count
        from {{ ref("stg_campaign_items") }}
        group by tenant_id, campaign_id
    ),
    sales as (
        select tenant_id, campaign_id, count(*) as sale_count
        from {{ ref("stg_campaign_sales") }}
        group by tenant_id, campaign_id
    )

-- The last day is of when it ends or was stopped, which is the first instant after it.
select
    campaigns.tenant_id,
    campaigns.campaign_id,
    campaigns.kind,
    campaigns.name_zh,
    campaigns.name_en,
    campaigns.starts_at,
    campaigns.ends_at,
    campaigns.stopped_at,
    {{ business_date("campaigns.starts_at") }} as first_date,
    {{
        business_date(
            "greatest(campaigns.starts_at, "
            "least(campaigns.ends_at, coalesce(campaigns.stopped_at, campaigns.ends_at)) - interval 1 microsecond)"
        )
    }}
    as last_date,
    campaigns.stopped_at is null or campaigns.stopped_at > campaigns.starts_at as is_held,
    campaigns.audience,
    campaigns.scheme,
    campaigns.audience_groups,
    cast(campaigns.earn_numerator as double) / campaigns.earn_denominator as earn_factor,
    campaigns.member_days,
    campaigns.discount_bp,
    campaigns.categories,
    coalesce(items.item_count, 0) as item_count,
    coalesce(sales.sale_count, 0) as sale_count,
    campaigns.budget_points,
    campaigns.member_limit_points,
    campaigns.approved_at
from campaigns
left join
    items on items.tenant_id = campaigns.tenant_id and items.campaign_id = campaigns.campaign_id
left join
    sales on sales.tenant_id = campaigns.tenant_id and sales.campaign_id = campaigns.campaign_id
where campaigns.approved_at is not null
