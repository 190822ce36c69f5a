{{ config(tags=["whole_history"]) }}

-- Numerator and denominator of each metric, recomputed from the rows that the seed names, are
-- those that are published: in each tenant's last month, and in one whose windows are over.
-- depends_on: {{ ref("dim_member") }}
-- depends_on: {{ ref("fct_entries") }}
-- depends_on: {{ ref("fct_events") }}
-- depends_on: {{ ref("fct_feedback") }}
-- depends_on: {{ ref("fct_points_daily") }}
-- depends_on: {{ ref("fct_redemptions") }}
-- depends_on: {{ ref("fct_member_redemption_days") }}
-- depends_on: {{ ref("fct_catalogue_daily") }}
-- depends_on: {{ ref("fct_item_activity_daily") }}
-- depends_on: {{ ref("fct_item_stock_daily") }}
-- depends_on: {{ ref("fct_refusals") }}
-- depends_on: {{ ref("fct_risk_assessments") }}
-- depends_on: {{ ref("fct_stock_totals_daily") }}
-- depends_on: {{ ref("fct_virtual_redemptions") }}
-- depends_on: {{ ref("fct_fulfilments") }}
-- depends_on: {{ ref("fct_deliveries") }}
-- depends_on: {{ ref("fct_after_sales_cases") }}
-- depends_on: {{ ref("fct_restockings") }}
-- depends_on: {{ ref("fct_onboarding") }}
-- depends_on: {{ ref("fct_settlement_statements") }}
-- depends_on: {{ ref("fct_reviews") }}
-- depends_on: {{ ref("fct_chats") }}
-- depends_on: {{ ref("fct_survey_answers") }}
with
    monthly as (select * from {{ ref("fct_kpis_monthly") }}),
    tenants as (select * from {{ ref("dim_tenant") }}),
    drilldowns as (select * from {{ ref("dim_metric_drilldown") }}),
    recomputed as ({{ recomputed_metrics(months_before=5) }}),
    published as (
        select
            monthly.tenant_id,
            monthly.month,
            monthly.metric,
            parts.part,
            case
                when parts.part = 'numerator' then monthly.numerator else monthly.denominator
            end as figure
        from monthly
        inner join tenants on tenants.tenant_id = monthly.tenant_id
        inner join
            (select distinct metric, part from drilldowns) as parts on parts.metric = monthly.metric
        where
            monthly.month in (
                date_trunc('month', tenants.last_fact_date),
                date_trunc('month', tenants.last_fact_date) - interval 5 month
            )
    )

select
    coalesce(published.tenant_id, recomputed.tenant_id) as tenant_id,
    coalesce(published.month, recomputed.month) as month,
    coalesce(published.metric, recomputed.metric) as metric,
    coalesce(published.part, recomputed.part) as part,
    published.figure as published_figure,
    recomputed.figure as recomputed_figure
from published
full join
    recomputed
    on recomputed.tenant_id = published.tenant_id
    and recomputed.month = published.month
    and recomputed.metric = published.metric
    and recomputed.part = published.part
where coalesce(published.figure, 0) <> coalesce(recomputed.figure, 0)
