-- What a redemption costs, in points and in cash for points, is the price of its lines. A draw
-- costs its ticket and its prizes nothing; a bill offset and an exchange have no lines.
with
    redemptions as (
        select *
        from {{ ref("stg_redemptions") }}
        where {{ on_changed_times("effective_at", ["redemption"]) }}
    ),
    versions as (
        {{
            rows_of_changed(
                ref("stg_redemption_line_versions"),
                "redemptions",
                ["tenant_id", "redemption_id"],
                ["redemption"],
            )
        }}
    ),
    ranked as ({{ newest_version("versions", ["tenant_id", "redemption_id", "line_no"]) }}),
    lines as (select * from ranked where version_rank = 1),
    line_totals as (
        select tenant_id, redemption_id, sum(quantity * unit_points) as line_points
        from lines
        group by tenant_id, redemption_id
    )

select
    redemptions.tenant_id,
    redemptions.redemption_id,
    redemptions.mode,
    redemptions.points + redemptions.cash_points as price_points,
    line_totals.line_points
from redemptions
left join
    line_totals
    on line_totals.tenant_id = redemptions.tenant_id
    and line_totals.redemption_id = redemptions.redemption_id
where
    case
        when redemptions.mode in ('points', 'points_cash', 'flash_sale')
        then line_totals.line_points is distinct from redemptions.points + redemptions.cash_points
        when redemptions.mode = 'draw'
        then coalesce(line_totals.line_points, 0) <> 0
        else line_totals.line_points is not null
    end
