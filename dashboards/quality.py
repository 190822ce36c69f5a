"""How far forecasts can be trusted: past holidays, and what came of the plans that were approved for them."""

import pandas as pd

from dashboards.forecasts import LEVELS, Level
from dashboards.marts import TenantMarts

_ACCURACY = """
    select
        a.occasion_id, a.holiday_date, a.model, a.wape, a.bias, a.coverage_90, a.baseline_wape, a.baseline_bias,
        a.baseline_coverage_90, a.wape_gain, a.demand, a.n, a.judged_until,
        coalesce(h.name_zh, a.occasion_id) as name_zh, coalesce(h.name_en, a.occasion_id) as name_en
    from marts.fct_forecast_accuracy_by_holiday a
    left join marts.dim_holiday h on h.occasion_id = a.occasion_id and h.holiday_date = a.holiday_date
    where a.tenant_id = $tenant_id and a.level = $level
    order by a.holiday_date desc, a.occasion_id
"""
_LEVELS = "select distinct level from marts.fct_forecast_accuracy_by_holiday where tenant_id = $tenant_id"
# Units and fen of a plan add up; its shares are of its lines.
_PLANS = """
    select
        cast(s.plan_id as varchar) as plan_id, s.occasion_id, s.first_day, any_value(s.last_day) as last_day,
        count(*) as line_count, sum(s.forecast) as forecast, sum(s.demand) as demand, sum(s.quantity) as quantity,
        sum(s.hindsight_quantity) as hindsight_quantity, sum(s.lost) as lost, sum(s.lost_without) as lost_without,
        sum(s.left_over) as left_over, avg(cast(s.is_inside as integer)) as inside_share,
        sum(s.cost_fen) as cost_fen, sum(s.cost_without_fen) as cost_without_fen,
        sum(s.cost_hindsight_fen) as cost_hindsight_fen,
        coalesce(any_value(h.name_zh), s.occasion_id) as name_zh,
        coalesce(any_value(h.name_en), s.occasion_id) as name_en
    from marts.fct_holiday_plan_scores s
    left join marts.dim_holiday h on h.occasion_id = s.occasion_id and h.holiday_date = s.first_day
    where s.tenant_id = $tenant_id
    group by s.plan_id, s.occasion_id, s.first_day
    order by s.first_day desc, s.occasion_id
"""
_LINES = """
    select
        i.name, i.category, s.forecast, l.demand_q05, l.demand_q95, s.demand, s.is_inside, l.proposed_quantity,
        s.quantity, s.hindsight_quantity, s.lost, s.left_over, s.cost_fen, s.cost_without_fen, s.cost_hindsight_fen
    from marts.fct_holiday_plan_scores s
    join marts.fct_approved_plan_lines l
        on l.tenant_id = s.tenant_id and l.plan_id = s.plan_id and l.item_id = s.item_id
        and l.warehouse_id = s.warehouse_id
    join marts.dim_item i on i.item_id = s.item_id
    where s.tenant_id = $tenant_id and s.plan_id = cast($plan_id as uuid)
    order by s.demand desc, i.name
"""


def scored_levels(marts: TenantMarts) -> list[Level]:
    """Return the levels at which a past holiday was scored, the broadest first."""
    known = set(marts.rows(_LEVELS)["level"])
    return [level for level in LEVELS if level in known]


def accuracy(marts: TenantMarts, level: Level) -> pd.DataFrame:
    """Return one row per past holiday, the newest first, with its names and the errors of model and baseline."""
    return marts.rows(_ACCURACY, level=level)


def scored_plans(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per approved plan whose holiday is over, the newest first, with what came of it."""
    return marts.rows(_PLANS)


def scored_lines(marts: TenantMarts, plan_id: str) -> pd.DataFrame:
    """Return the lines of a scored plan, those that were asked for most first."""
    return marts.rows(_LINES, plan_id=plan_id)
