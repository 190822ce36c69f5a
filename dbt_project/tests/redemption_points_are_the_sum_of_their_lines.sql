-- A redemption, its lines and its deduction are written in one transaction and not updated after,
-- so all of them are landed together; see the generic test references_row_of.
with
    redemptions as (select * from {{ ref("stg_redemptions") }}),
    lines as (select * from {{ ref("stg_redemption_lines") }}),
    line_totals as (
        select tenant_id, redemption_id, sum(quantity * unit_points) as line_points
        from lines
        group by tenant_id, redemption_id
    )

select redemptions.tenant_id, redemptions.redemption_id, redemptions.points, line_totals.line_points
from redemptions
left join
    line_totals
    on line_totals.tenant_id = redemptions.tenant_id
    and line_totals.redemption_id = redemptions.redemption_id
where line_totals.line_points is distinct from redemptions.points
