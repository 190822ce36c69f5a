"""Segments and stages of the life cycle as a filter: which there are, and the figures of one of them."""

from dataclasses import dataclass
from datetime import date
from typing import NoReturn

import pandas as pd
import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.funnel import Funnel, funnel_of
from dashboards.marts import TenantMarts, records
from dashboards.words import Language, Words

_DIMENSIONS = ("dim_member_segment", "dim_lifecycle_stage", "fct_member_segments")
# What the overview reads of a group.
TABLES = (
    "fct_kpis_by_segment_monthly",
    "fct_funnel_by_segment_monthly",
    "fct_redemptions_by_segment_monthly",
)
_EVERYBODY = "all"
_WIDTH = 200

_GROUPS = """
    select 'segment' as kind, segment as key, name_zh, name_en, definition_zh, definition_en, 0 as place
    from marts.dim_member_segment
    where segment in (select segment from marts.fct_member_segments where tenant_id = $tenant_id)
    union all
    select 'stage', stage, name_zh, name_en, definition_zh, definition_en, stage_rank
    from marts.dim_lifecycle_stage
    where stage in (select lifecycle_stage from marts.fct_member_segments where tenant_id = $tenant_id)
    order by kind, place, key
"""
_MONTHLY = """
    select
        k.month as period, k.metric, k.value, k.target, k.low, k.high, k.numerator, k.denominator, k.n,
        m.name_zh, m.name_en, m.definition_zh, m.definition_en,
        m.numerator_zh, m.numerator_en, m.denominator_zh, m.denominator_en
    from marts.fct_kpis_by_segment_monthly k
    join marts.dim_metric m on m.metric = k.metric
    where k.tenant_id = $tenant_id and k.group_kind = $kind and k.member_group = $key
    order by k.month, k.metric
"""
_FUNNEL = """
    select visitor_count, viewer_count, redeemer_count, repeater_count, unseen_redeemer_count
    from marts.fct_funnel_by_segment_monthly
    where tenant_id = $tenant_id and group_kind = $kind and member_group = $key and month = $month
"""
_REDEEMED = """
    select item_group, redemption_count as redemptions, points, share, share_of_points
    from marts.fct_redemptions_by_segment_monthly
    where
        tenant_id = $tenant_id and group_kind = $kind and member_group = $key and month = $month
        and item_kind = $item_kind
    order by redemption_count desc, item_group
"""


@dataclass(frozen=True)
class MemberGroup:
    """A segment or a stage: which of the two, its key, and its name and definition in the reader's language."""

    kind: str
    key: str
    name: str
    definition: str


def member_groups(marts: TenantMarts, language: Language, *tables: str) -> list[MemberGroup]:
    """Return the segments and stages that members of the tenant are or were in.

    None of a release from before they were told, or before one of the `tables` that a page reads of them.
    """
    if marts.lacks(*_DIMENSIONS, *tables):
        return []
    return [
        MemberGroup(row["kind"], row["key"], row[f"name_{language}"], row[f"definition_{language}"])
        for row in records(marts.rows(_GROUPS))
    ]


def choose_group(words: Words, groups: list[MemberGroup] | None) -> MemberGroup | None:
    """Return the group the reader chose, or the address names; None: all members.

    Where there is nothing to choose the bar says why: the page tells of no members (`groups` is None), or its release
    knows none of their groups.
    """
    if not groups:
        why = words("not_of_members" if groups is None else "groups_not_told_yet")
        st.selectbox(
            words("members_filter"),
            [why],
            key="no_segment",
            disabled=True,
            help=words("not_of_members_meaning") if groups is None else words("release_is_older"),
            width=_WIDTH,
        )
        return None
    by_key = {group.key: group for group in groups}
    keys = [_EVERYBODY, *by_key]
    kinds = {"segment": words("segment"), "stage": words("stage")}

    def told(key: str) -> str:
        group = by_key.get(key)
        return words("everybody") if group is None else f"{kinds[group.kind]} · {group.name}"

    chosen = st.selectbox(
        words("members_filter"),
        keys,
        keys.index(from_address("segment", keys, _EVERYBODY)),
        told,
        key="segment",
        help=words("members_filter_meaning"),
        width=_WIDTH,
    )
    to_address("segment", chosen, _EVERYBODY)
    return by_key.get(chosen)


def say_group(words: Words, group: MemberGroup | None) -> None:
    """Say that a page tells of a group alone, if it does."""
    if group is not None:
        st.caption(words("only_group", group=group.name, definition=group.definition))


def stop_without_members(words: Words, month: date) -> NoReturn:
    """Say that nothing is told of the group in a month, and stop the page."""
    st.info(words("nobody_in_group", month=words.month(month)), icon=":material/hourglass_empty:")
    st.stop()


def monthly(marts: TenantMarts, group: MemberGroup) -> pd.DataFrame:
    """Return one row per month and metric known of a group, oldest first, as `kpis.monthly` does of all members."""
    return marts.rows(_MONTHLY, kind=group.kind, key=group.key)


def funnel(marts: TenantMarts, group: MemberGroup, month: date) -> Funnel | None:
    """Return the funnel of a group in a month, None if none of it came."""
    return funnel_of(marts.rows(_FUNNEL, kind=group.kind, key=group.key, month=month))


def redeemed(marts: TenantMarts, group: MemberGroup, month: date, item_kind: str) -> pd.DataFrame:
    """Return what a group redeemed in a month by category or price_band, the most redeemed first; shares are 0-1."""
    return marts.rows(_REDEEMED, kind=group.kind, key=group.key, month=month, item_kind=item_kind)
