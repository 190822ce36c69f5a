"""Attempts that risk rules held back, the rules themselves, and accounts that share devices."""

from datetime import datetime, timedelta

import pandas as pd

from dashboards.desks.telling import clock_time, hours_left, mark, moment
from dashboards.kpis import SMALL_SAMPLE
from dashboards.mall import Told
from dashboards.marts import TenantMarts

DAILY_TABLES = ("fct_risk_daily", "fct_risk_rules")
SHOWN_DAYS = 60
# What is promised: at most one honest attempt in a hundred is stopped.
FALSE_BLOCK_CEILING = 0.01
ANY = "any"

_DAILY = """
    select date, verdict, assessment_count as count
    from marts.fct_risk_daily
    where tenant_id = $tenant_id and rule_kind = 'any' and date > $after
    order by date
"""
_RULES = """
    select
        rule_kind, from_date, to_date, attempt_count, hit_count, hit_rate, hit_rate_low, hit_rate_high, denied_count,
        reviewed_count, overturned_count, false_block_rate, false_block_rate_low, false_block_rate_high
    from marts.fct_risk_rules
    where tenant_id = $tenant_id
    order by hit_count desc, rule_kind
"""


def attempts(told: list[Told], now: datetime) -> pd.DataFrame:
    """Return attempts as rows; `left` is until when somebody may decide, in hours, for those that wait."""
    rows = [
        {
            "assessment_id": one["assessment_id"],
            "redemption_id": one["redemption_id"] or "",
            "mark": mark(one["assessment_id"]),
            "member": mark(one["member_id"]),
            "device": one["device"][:6] if one["device"] else "",
            "verdict": one["verdict"],
            "score": one["score"],
            "kinds": sorted({rule["kind"] for rule in one["triggered"]}),
            "triggered": one["triggered"],
            "points": one["points"] or 0,
            "at": clock_time(moment(one["effective_at"])),
            "until": moment(one["review_until"]) if one["review_until"] else None,
            "left": hours_left(moment(one["review_until"]), now) if one["review_until"] else None,
            "decided": one["decided_verdict"] or "",
            "decided_by": one["decided_by"] or "",
            "reason": one["decided_reason"] or "",
        }
        for one in told
    ]
    columns = [
        "assessment_id",
        "redemption_id",
        "mark",
        "member",
        "device",
        "verdict",
        "score",
        "kinds",
        "triggered",
    ]
    more = ["points", "at", "until", "left", "decided", "decided_by", "reason"]
    frame = pd.DataFrame(rows, columns=[*columns, *more])
    return frame.assign(left=frame["left"].astype(float), points=frame["points"].astype("int64"))  # fmt: skip


def first_to_decide(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the attempts that wait, whose time is over first leading."""
    return rows.sort_values(["left", "assessment_id"]).reset_index(drop=True)


def daily(marts: TenantMarts, today: datetime) -> pd.DataFrame:
    """Return how many attempts were parked and denied on each of the last days; the first and last are told anyway."""
    rows = marts.rows(_DAILY, after=(today - timedelta(days=SHOWN_DAYS)).date())
    if rows.empty:
        return rows
    # So that the axis spans all the days, however few had attempts.
    edges = [pd.Timestamp((today - timedelta(days=days)).date()) for days in (SHOWN_DAYS - 1, 0)]
    return pd.concat(
        [rows, pd.DataFrame({"date": edges, "verdict": "review", "count": 0})], ignore_index=True
    )


def rules(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per kind of rule that triggered in ninety days, with `kind` as it is drawn: missed, met or small.

    A kind is above the ceiling only if its whole interval is: few reviews say little.
    """
    rows = marts.rows(_RULES)
    kind = pd.Series("met", index=rows.index)
    kind[rows["false_block_rate_low"] > FALSE_BLOCK_CEILING] = "missed"
    kind[rows["reviewed_count"] < SMALL_SAMPLE] = "small"
    return rows.assign(kind=kind)


def links(told: list[Told]) -> pd.DataFrame:
    """Return one row per device and member that was seen on it, the most shared devices first; ids are shortened."""
    rows = [
        {
            "device": one["device"][:6],
            "member": mark(one["member_id"]),
            "device_id": one["device"],
            "member_id": one["member_id"],
            "members": one["member_count"],
            "held_back": one["held_back_count"],
            "first_seen": clock_time(moment(one["first_seen_at"])),
        }
        for one in told
    ]
    columns = ["device", "member", "device_id", "member_id", "members", "held_back", "first_seen"]
    return pd.DataFrame(rows, columns=columns)
