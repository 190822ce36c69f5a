"""What the overview tells beside its figures: alerts, the funnel, and what is redeemed."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import funnel, items, member_groups
from dashboards.alerts import Alert, alerts
from dashboards.categories import with_category_names
from dashboards.charts import Chart
from dashboards.definitions import Definitions, definitions
from dashboards.group_bars import group_bars
from dashboards.items_words import band_name, named_bands
from dashboards.kpis import SMALL_SAMPLE
from dashboards.marts import TenantMarts
from dashboards.member_groups import MemberGroup
from dashboards.next_steps import Step
from dashboards.words import Words

_MOST_CATEGORIES = 8
# Where to see more of a metric.
_PAGES = {
    "activity_rate": "members",
    "consumption_rate": "points",
    "consumption_rate_cumulative": "points",
    "stock_out_rate": "stock",
    "sell_through_rate": "stock",
    "catalogue_staple_share": "items",
    "catalogue_quality_share": "items",
    "catalogue_scarce_share": "items",
    "ship_48h_rate": "service",
    "virtual_issue_rate": "service",
    "after_sales_24h_rate": "service",
}


def show_alerts(words: Words, month: date, found: list[Alert]) -> None:
    """Show each target missed in a month with its definition on hover; red is only for what needs somebody now."""
    if not found:
        return
    st.subheader(words("alerts", month=words.month(month)), anchor=False)
    with st.container(border=True):
        for alert in found:
            mark = ":red[:material/error:]" if alert.is_urgent else ":orange[:material/warning:]"
            st.markdown(f"{mark} {alert_sentence(words, alert)}", help=alert.definition)


def alert_sentence(words: Words, alert: Alert) -> str:
    """Return what misses its target, and for how long."""
    goal = words("target_ceiling" if alert.is_ceiling else "target", target=words.goal(alert.target))
    sentence = words("alert", name=alert.name, value=words.rate(alert.value), goal=goal)
    return sentence + (words("alert_since", months=alert.months) if alert.months > 1 else "")


def show_why(words: Words, marts: TenantMarts, month: date, group: MemberGroup | None) -> None:
    """Show the funnel of a month and what was redeemed in it, of all members or of a group of them.

    A release from before these says so.
    """
    define = definitions(words, marts)
    if group is not None:
        show_funnel(words, define, member_groups.funnel(marts, group, month))
        _show_redeemed(words, *_redeemed_by(words, marts, group, month))
        return
    if marts.lacks(*funnel.TABLES, *items.TABLES):
        st.info(words("release_is_older"), icon=":material/update:")
        return
    show_funnel(words, define, funnel.funnel(marts, month))
    rows = with_category_names(marts, items.performance(marts, month), words.language)
    _show_redeemed(words, items.groups(rows, "category"), named_bands(words, rows))


def _redeemed_by(
    words: Words, marts: TenantMarts, group: MemberGroup, month: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what a group redeemed by category and by price band, as `items.groups` and `named_bands` do."""
    categories = member_groups.redeemed(marts, group, month, "category")
    named = with_category_names(marts, categories.rename(columns={"item_group": "category"}), words.language)
    bands = member_groups.redeemed(marts, group, month, "price_band")
    bands = bands.assign(start=bands["item_group"].astype(int)).sort_values("start")
    return named, bands.assign(name=[band_name(words, start) for start in bands["start"]])


def _show_redeemed(words: Words, categories: pd.DataFrame, bands: pd.DataFrame) -> None:
    left, right = st.columns(2)
    with left:
        _show_share(words, categories, words("redeemed_by_category"), words("category"))
    with right:
        _show_share(words, bands, words("redeemed_by_price"), words("price_band"))


def show_funnel(words: Words, define: Definitions, found: funnel.Funnel | None) -> None:
    """Draw how far members went."""
    st.subheader(words("funnel"), anchor=False, help=define("funnel"))
    if found is None:
        st.info(words("nobody_came"), icon=":material/hourglass_empty:")
        return
    if not found.counts["visitor"]:
        unseen = [words("no_visits"), *_unseen(words, found)]
        st.info(words("between_sentences").join(unseen), icon=":material/hourglass_empty:")
        return
    st.altair_chart(funnel_chart(words, found), alt=words("funnel_alt"))
    st.caption(funnel_legend(words, found))


def funnel_chart(words: Words, found: funnel.Funnel) -> Chart:
    """Return the chart of how far members went."""
    names = {
        "visitor": words("step_visit"),
        "viewer": words("step_view"),
        "redeemer": words("step_redeem"),
        "repeater": words("step_repeat"),
    }
    told = []
    for step in funnel.STEPS:
        share, people = found.of_step_before(step), words.people(found.counts[step])
        told.append(people if share is None else words("funnel_step", people=people, share=words.rate(share)))
    drawn = pd.DataFrame(
        {
            "name": [names[step] for step in funnel.STEPS],
            "members": [found.counts[step] for step in funnel.STEPS],
            "told": told,
            "is_small": [found.counts["visitor"] < SMALL_SAMPLE] * len(funnel.STEPS),
        }
    )
    return funnel.draw(drawn, labels={"step": words("funnel_step_word"), "members": words("members_word")})


def funnel_legend(words: Words, found: funnel.Funnel) -> str:
    """Return how to read the funnel."""
    return words("between_sentences").join([words("funnel_legend"), *_unseen(words, found)])


def _unseen(words: Words, found: funnel.Funnel) -> list[str]:
    return [words("funnel_unseen", members=words.people(found.unseen))] if found.unseen else []


def steps(words: Words, found: list[Alert]) -> list[Step]:
    """Return where to look for more, what misses its target first."""
    sentences = {
        "points": words("see_points"),
        "items": words("see_items"),
        "members": words("see_members"),
        "stock": words("see_stock"),
        "service": words("see_service"),
    }
    first = [page for page in (_PAGES.get(alert.metric) for alert in found) if page is not None]
    return [Step(sentences[page], page) for page in dict.fromkeys([*first, *sentences])]


def missed(words: Words, marts: TenantMarts, month: date) -> list[Alert]:
    """Return the targets missed in a month."""
    return alerts(marts, month, words.language)


def _show_share(words: Words, rows: pd.DataFrame, title: str, group: str) -> None:
    st.subheader(title, anchor=False)
    chart = share_chart(words, rows, group)
    if chart is None:
        st.info(words("nothing_redeemed"), icon=":material/hourglass_empty:")
        return
    st.altair_chart(chart, alt=title)
    st.caption(words("n_redemptions", n=words.count(rows["redemptions"].sum())))


def share_chart(words: Words, rows: pd.DataFrame, group: str) -> Chart | None:
    """Return the chart of what part of redemptions each group of items has; None if nothing was redeemed.

    `rows` is what `items.groups` returned, or `named_bands`; `group` says what the groups are.
    """
    redeemed = rows[rows["redemptions"] > 0]
    if redeemed.empty:
        return None
    if "name" not in redeemed:
        redeemed = redeemed.sort_values("redemptions", ascending=False).head(_MOST_CATEGORIES)
        redeemed = redeemed.assign(name=redeemed["category"])
    notes = [
        words("share_note", count=words.count(count), points=words.rate(share))
        for count, share in zip(redeemed["redemptions"], redeemed["share_of_points"], strict=True)
    ]
    are_small = [int(rows["redemptions"].sum()) < SMALL_SAMPLE] * len(redeemed)
    labels = {"group": group, "rate": words("share_of_redemptions")}
    return group_bars(words, redeemed["name"], redeemed["share"], notes, are_small, **labels)
