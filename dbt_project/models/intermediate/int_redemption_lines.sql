with
    lines as (select * from {{ ref("stg_redemption_lines") }}),
    redemptions as (select * from {{ ref("int_redemptions") }})

select
    lines.tenant_id,
    lines.redemption_id,
    lines.line_no,
    redemptions.member_id,
    lines.item_id,
    redemptions.mode,
    redemptions.status,
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
