"""What a campaign would have given on past days, by what its audience earned and redeemed then.

It says nothing of what a campaign changes about what people do.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from dashboards.campaign_desk.draft import Draft
from dashboards.marts import TenantMarts

TABLES = ("fct_entries", "fct_redemption_lines", "fct_member_segments", "dim_offer")
# 52 weeks, so that the weekdays are the same.
_YEAR = timedelta(days=364)
# More points than any tenant has.
_NO_LIMIT = 10**15
# Of whom the warehouse cannot tell who is in it, members of all kinds are counted: what is told is the most it can be.
_UNKNOWN_AUDIENCES = ("tiers", "pilot")

_SPAN = "select first_fact_date as first, last_fact_date as last from marts.dim_tenant where tenant_id = $tenant_id"
_COST = """
    select max_by(point_cost_fen_per_100, as_of_month) as cost
    from marts.fct_points_liability
    where tenant_id = $tenant_id
"""
_OFFERS = """
    select o.item_id::varchar as item_id, i.name, i.category, o.price_points
    from marts.dim_offer o
    join marts.dim_item i on i.item_id = o.item_id
    where o.tenant_id = $tenant_id and (o.listed_until is null or o.listed_until > $today)
    order by i.name, o.item_id
"""
_AUDIENCE = """
    audience as (
        select m.member_id
        from marts.dim_member m
        left join (
            select member_id, segment, lifecycle_stage
            from marts.fct_member_segments
            where tenant_id = $tenant_id
            qualify month = max(month) over ()
        ) s on s.member_id = m.member_id
        where
            m.tenant_id = $tenant_id
            and case $audience
                when 'rfm' then list_contains($groups::varchar[], s.segment)
                when 'life_cycle' then list_contains($groups::varchar[], s.lifecycle_stage)
                else true
            end
    )
"""
_MEMBERS = f"with {_AUDIENCE} select count(*) as members from audience where $tenant_id is not null"
# What a member has had by the end of a day is cut off at their part; the rule of the mall, which gives the next
# earning or piece whole or not at all, gives no more than that.
_GIVEN = f"""
    with {_AUDIENCE},
    earned as (
        select e.member_id, e.effective_date as date, sum(e.amount_points) as points
        from marts.fct_entries e
        join audience a on a.member_id = e.member_id
        where
            e.tenant_id = $tenant_id and e.transfer_kind = 'earn' and e.account_kind = 'member'
            and e.effective_date between $first and $last
        group by e.member_id, e.effective_date, e.transfer_id
    ),
    lowered as (select unnest($items::varchar[])::uuid as item_id, unnest($saved::bigint[]) as saved),
    given as (
        select member_id, date, points * $extra // $denominator as points
        from earned
        union all
        select l.member_id, l.effective_date, l.quantity * lowered.saved
        from marts.fct_redemption_lines l
        join audience a on a.member_id = l.member_id
        join lowered on lowered.item_id = l.item_id
        where
            l.tenant_id = $tenant_id and l.mode in ('points', 'points_cash') and l.status <> 'cancelled'
            and l.effective_date between $first and $last
    ),
    days as (
        select member_id, date, sum(points) as points
        from given
        where points > 0
        group by member_id, date
    ),
    sums as (
        select member_id, date, sum(points) over (partition by member_id order by date) as so_far, points
        from days
    )
    select
        date, cast(count(*) as bigint) as members,
        cast(sum(least(so_far, $limit) - least(so_far - points, $limit)) as bigint) as points,
        (select count(distinct member_id) from days) as all_members
    from sums
    group by date
    order by date
"""


@dataclass(frozen=True)
class Past:
    """What a campaign would have given from `first` to `last`.

    Attributes:
        members: to how many members; `points`: how many in all.
        daily: date, members and points, of the days on which something would have been given.
    """

    first: date
    last: date
    members: int
    points: int
    daily: pd.DataFrame

    def lasts(self, budget: int) -> int | None:
        """Return on which day, counted from 1, more than a budget would have been asked for; None if never."""
        over = self.daily[self.daily["points"].cumsum() > budget]
        return None if over.empty else (over["date"].iloc[0].date() - self.first).days + 1


@dataclass(frozen=True)
class Estimate:
    """What the past says of a draft.

    Attributes:
        audience: how many members it is for.
        is_most: whether all members were counted, because the warehouse does not know the audience.
        pasts: the newest days first, then the same days a year before, as far as there are facts.
        cost_fen_per_100: what a hundred points cost; None if that is not known.
    """

    audience: int
    is_most: bool
    pasts: list[Past]
    cost_fen_per_100: int | None

    def cost_fen(self, points: int) -> int | None:
        """Return what points cost, in fen, rounded up."""
        return None if self.cost_fen_per_100 is None else -(-points * self.cost_fen_per_100 // 100)


def offers(marts: TenantMarts, today: date) -> pd.DataFrame:
    """Return the items that the shop still offers with category and list price in points."""
    return marts.rows(_OFFERS, today=today)


def estimate(marts: TenantMarts, draft: Draft, goods: pd.DataFrame) -> Estimate | None:
    """Return what the past says of a draft that gives points; None without any past.

    `goods` is what `offers` returned.
    """
    span = marts.rows(_SPAN).dropna()
    if span.empty:
        return None
    known_from, last = span["first"].iloc[0].date(), span["last"].iloc[0].date()
    whom: dict[str, object] = {"audience": draft.audience, "groups": list(draft.groups)}
    begin = last - timedelta(days=draft.gives_on - 1)
    spans = [(max(begin, known_from), last)]
    if draft.first - _YEAR >= known_from and draft.last - _YEAR <= last and not draft.member_days:
        spans.append((draft.first - _YEAR, draft.last - _YEAR))
    return Estimate(
        int(marts.rows(_MEMBERS, **whom)["members"].iloc[0]),
        draft.audience in _UNKNOWN_AUDIENCES,
        [_past(marts, draft, goods, whom, *days) for days in spans],
        _cost(marts),
    )


def _past(
    marts: TenantMarts, draft: Draft, goods: pd.DataFrame, whom: dict[str, object], first: date, last: date
) -> Past:
    multiplier = draft.multiplier
    saved = {
        item: plain - draft.price_of(item, category, plain)
        for item, category, plain in zip(
            goods["item_id"], goods["category"], goods["price_points"], strict=True
        )
    }
    lowered = {item: int(points) for item, points in saved.items() if points > 0}
    daily = marts.rows(
        _GIVEN,
        **whom,
        first=first,
        last=last,
        extra=0 if multiplier is None else max(0, multiplier.numerator - multiplier.denominator),
        denominator=1 if multiplier is None else multiplier.denominator,
        items=list(lowered),
        saved=list(lowered.values()),
        limit=draft.limit or _NO_LIMIT,
    )
    members = 0 if daily.empty else int(daily["all_members"].iloc[0])
    return Past(first, last, members, int(daily["points"].sum()), daily.drop(columns="all_members"))


def _cost(marts: TenantMarts) -> int | None:
    if marts.lacks("fct_points_liability"):
        return None
    cost = marts.rows(_COST)["cost"].iloc[0]
    return None if pd.isna(cost) else int(cost)
