{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": ["redemption"]},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_redemptions") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
    line_versions as (select * from {{ ref("stg_redemption_line_versions") }}),
    -- A line bears no time of its own: the redemptions find it, before its versions are compared.
    versions as (
        select line_versions.*
        from line_versions
        semi join
            redemptions
            on redemptions.tenant_id = line_versions.tenant_id
            and redemptions.redemption_id = line_versions.redemption_id
    ),
    ranked as ({{ newest_version("versions", ["tenant_id", "redemption_id", "line_no"]) }}),
    lines as (select * from ranked where version_rank = 1)

select
    lines.tenant_id,
    lines.redemption_id,
    lines.line_no,
    redemptions.member_id,
    lines.item_id,
    redemptions.mode,
    redemptions.status,
    redemptions.flash_sale_id,
    lines.quantity,
    lines.refunded_quantity,
    lines.unit_points,
    lines.quantity * lines.unit_points as line_points,
    redemptions.effective_at,
    redemptions.effective_date,
    redemptions.is_demand,
    redemptions.is_counted
from lines
inner join
    redemptions
    on redemptions.tenant_id = lines.tenant_id
    and redemptions.redemption_id = lines.redemption_id
-- By days, so that a run after one more day finds its rows together and not a few in every block.
order by effective_date
