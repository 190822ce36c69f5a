"""The rows behind the plan of campaigns: all of them, and what those came to that have begun."""

import pandas as pd

from dashboards.campaign_desk import wording
from dashboards.desks.telling import clock_time, moment
from dashboards.downloads import Column
from dashboards.mall import Told
from dashboards.marts import TenantMarts
from dashboards.tables import Table
from dashboards.words import Words

RESULT_TABLES = ("dim_campaign", "fct_campaign_results")
_RESULTS = """
    select
        c.name_zh, c.name_en, c.kind, r.first_date, r.until_date, r.budget_points, r.used_points, r.extra_points,
        r.discount_points, r.budget_use_rate, r.cost_fen / 100.0 as cost_yuan, r.member_count,
        r.campaign_redemption_count, r.window_redemption_count, r.before_redemption_count, r.redemption_change_rate
    from marts.fct_campaign_results r
    join marts.dim_campaign c on c.tenant_id = r.tenant_id and c.campaign_id = r.campaign_id
    where r.tenant_id = $tenant_id
    order by r.first_date desc, r.campaign_id
"""


def campaigns_table(words: Words, campaigns: list[Told], names: wording.Names) -> Table:
    """Return all campaigns as the mall tells them now."""
    kinds, states = wording.kind_names(words), wording.status_names(words)
    rows = [
        {
            "name": one[f"name_{words.language}"],
            "kind": kinds[one["kind"]],
            "status": states[one["status"]],
            "first": pd.Timestamp(wording.days(one)[0]),
            "last": pd.Timestamp(wording.days(one)[1]),
            "audience": wording.audience(words, one, names),
            "benefit": wording.benefit(words, one, names),
            "budget": one["budget_points"],
            "used": one["used_points"],
            "limit": one["member_limit_points"],
            "created_by": one["created_by"],
            "approved_by": one["approved_by"] or "",
            "approved_at": clock_time(moment(one["approved_at"])) if one["approved_at"] else "",
            "stopped_by": one["stopped_by"] or "",
            "reason": one["stop_reason"] or "",
        }
        for one in campaigns
    ]
    columns = [
        Column("name", words("campaign_name"), "text"),
        Column("kind", words("campaign_kind"), "text"),
        Column("status", words("state"), "text"),
        Column("first", words("first_day"), "date"),
        Column("last", words("last_day"), "date"),
        Column("audience", words("campaign_audience"), "text"),
        Column("benefit", words("campaign_benefit"), "text"),
        Column("budget", words("campaign_budget"), "count"),
        Column("used", words("campaign_used"), "count"),
        Column("limit", words("campaign_limit"), "count"),
        Column("created_by", words("campaign_created_by"), "text"),
        Column("approved_by", words("campaign_approved_by"), "text"),
        Column("approved_at", words("campaign_approved_at"), "text"),
        Column("stopped_by", words("campaign_stopped_by"), "text"),
        Column("reason", words("campaign_stop_reason"), "text"),
    ]
    return Table(
        "campaigns",
        words("campaigns_all"),
        pd.DataFrame(rows, columns=[c.name for c in columns]),
        columns,
        is_of_now=True,
    )


def results_table(words: Words, marts: TenantMarts) -> Table:
    """Return what the campaigns that have begun came to; no rows of a release from before that was told."""
    columns = [
        Column(f"name_{words.language}", words("campaign_name"), "text"),
        Column("kind", words("campaign_kind"), "text"),
        Column("first_date", words("first_day"), "date"),
        Column("until_date", words("campaign_until"), "date"),
        Column("budget_points", words("campaign_budget"), "count"),
        Column("used_points", words("campaign_used"), "count"),
        Column("extra_points", words("campaign_extra"), "count"),
        Column("discount_points", words("campaign_discounts"), "count"),
        Column("budget_use_rate", words("campaign_use_rate"), "rate"),
        Column("cost_yuan", words("campaign_cost"), "money"),
        Column("member_count", words("campaign_members"), "count"),
        Column("campaign_redemption_count", words("campaign_redemptions"), "count"),
        Column("window_redemption_count", words("campaign_window"), "count"),
        Column("before_redemption_count", words("campaign_before"), "count"),
        Column("redemption_change_rate", words("campaign_change"), "change"),
    ]
    if marts.lacks(*RESULT_TABLES):
        rows = pd.DataFrame()
    else:
        told = marts.rows(_RESULTS)
        rows = told.assign(kind=told["kind"].map(wording.kind_names(words)))
    return Table("campaign_results", words("campaign_results"), rows, columns, is_of_now=True)
