"""节日备货 Holiday plan: how much of what, by when?"""

from datetime import date, timedelta
from typing import cast

import pandas as pd
import streamlit as st

from dashboards import forecasts, plan_desk, plan_figures, plan_table, plan_words, plans
from dashboards.address import from_address, to_address
from dashboards.categories import category_names, with_category_names
from dashboards.downloads import file_name
from dashboards.forecast_view import show_forecast
from dashboards.forecasts import Level
from dashboards.holidays import holiday_names, holidays_between
from dashboards.mall import Mall, MallAway, Refused, mall_of_visitor
from dashboards.marts import TenantMarts, records
from dashboards.model_names import model_name
from dashboards.page import business_today, open_marts, show_as_of, show_downloads, show_rows
from dashboards.plan_cards import show_plan_cards
from dashboards.plan_desk import DECIDING_ROLES
from dashboards.plan_rows import forecast_columns, order_columns, order_rows
from dashboards.plans import Plan
from dashboards.reader import require_visitor, words_of_reader
from dashboards.words import Words

# How far ahead holidays are told of that have no plan yet.
_CALENDAR_DAYS = 180


def known_plans(words: Words, marts: TenantMarts, mall: Mall, today: date) -> tuple[dict[str, Plan], bool]:
    """Return the plans of the coming holidays by key, and whether the mall could be asked about them."""
    released = plans.released_plans(marts, today)
    try:
        live = [plans.live_plan(told) for told in mall.plans(today)]
    except MallAway:
        st.warning(words("mall_away_reading"), icon=":material/cloud_off:")
        return plans.merged(released, []), False
    except Refused:
        # The session ended in the mall before it did here, or the login is gone.
        st.warning(words("session_over"), icon=":material/lock:")
        return plans.merged(released, []), False
    return plans.merged(released, live), True


def lines_of(words: Words, marts: TenantMarts, mall: Mall, plan: Plan, today: date) -> pd.DataFrame:
    """Return the lines of a plan, as the mall has them if it has the plan."""
    lines = (
        plans.released_lines(marts, plan)
        if plan.plan_id is None
        else plans.live_lines(mall.lines(plan.plan_id))
    )
    return with_category_names(marts, plans.described(marts, lines, today), words.language)


words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)
mall = mall_of_visitor()
today = business_today()

st.title(words("planner_page"), anchor=False)
show_as_of(words, marts.release)
known, is_live = known_plans(words, marts, mall, today)
names = holiday_names(marts, words)
levels = forecasts.levels(marts)
level_names: dict[Level, str] = {
    "tenant": words("whole_mall"),
    "category": words("category"),
    "item": words("item"),
}


def holiday_label(key: str) -> str:
    """Return a holiday with its day and where its plan stands."""
    plan = known[key]
    name = names.get(plan.holiday.occasion_id, plan.holiday.occasion_id)
    return words(
        "holiday_label",
        name=name,
        day=words.short_day(plan.holiday.first_day),
        state=plan_words.state_name(words, plan),
    )


with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = None
    if known:
        first_key = next(
            (key for key, plan in known.items() if plan.status in plans.OPEN_STATES), next(iter(known))
        )
        chosen = st.segmented_control(
            words("holiday"),
            list(known),
            default=from_address("holiday", list(known), first_key),
            required=True,
            format_func=holiday_label,
            key="holiday",
            wrap=True,
        )
        to_address("holiday", chosen, first_key)
    level: Level | None = None
    series_id: str | None = None
    series_names: dict[str, str] = {}
    if levels:
        level = cast(
            Level,
            st.segmented_control(
                words("level"),
                levels,
                default=from_address("level", levels, levels[0]),
                required=True,
                format_func=lambda key: level_names[cast(Level, key)],
                key="level",
            ),
        )
        to_address("level", level, levels[0])
        series_names = forecasts.series(marts, level)
        if level == "tenant":
            series_names = {series: words("whole_mall") for series in series_names}
        elif level == "category":
            named = category_names(marts, words.language)
            series_names = {code: named.get(code, code) for code in series_names}
        largest = next(iter(series_names))
        series_id = largest
        if level != "tenant":
            series_id = st.selectbox(
                level_names[level],
                list(series_names),
                list(series_names).index(from_address(level, list(series_names), largest)),
                format_func=lambda key: series_names[key],
                key=level,
                width=320,
                help=words("search_by_name"),
            )
            to_address(level, series_id, largest)

plan = known[chosen] if chosen else None
coming = holidays_between(marts, today + timedelta(days=1), today + timedelta(days=_CALENDAR_DAYS))
planned = {(one.holiday.occasion_id, pd.Timestamp(one.holiday.first_day)) for one in known.values()}
later = [
    f"{row[f'name_{words.language}']} {words.short_day(row['holiday_date'])}"
    for row in records(coming)
    if (row["occasion_id"], row["holiday_date"]) not in planned
]
if later:
    st.caption(words("not_planned_yet", names=words("and").join(later)))

plan_desk.show_news(words)
sentence, cards = st.container(), st.container()
if plan is None:
    with sentence:
        st.info(words("no_plan"), icon=":material/event_busy:")

if level is None or series_id is None:
    st.info(words("no_forecast"), icon=":material/hourglass_empty:")
    found = None
else:
    found = show_forecast(
        words, marts, level, series_id, name=series_names[series_id], holiday=plan.holiday if plan else None
    )

if plan is not None:
    may_edit = visitor.role in DECIDING_ROLES and is_live and plan.is_open
    desk = plan_desk.kept_desk(plan)
    if desk is None:
        try:
            desk = plan_desk.open_desk(plan, lines_of(words, marts, mall, plan, today))
        except (MallAway, Refused):
            st.warning(words("mall_away_reading"), icon=":material/cloud_off:")
            st.stop()
    is_stale = desk.plan.revision != plan.revision or desk.plan.status != plan.status
    st.subheader(words("order_table"), anchor=False)
    if desk.lines.empty:
        st.info(words("no_plan_lines"), icon=":material/inventory_2:")
        st.stop()
    if may_edit:
        st.caption(words("edit_hint"))
    elif plan.is_open and is_live:
        st.caption(words("viewers_look", roles=words("deciding_roles")))
    elif plan.plan_id is None and is_live:
        st.info(words("plan_unsent"), icon=":material/schedule_send:")
    made = plan_desk.show_table(words, desk, may_edit=may_edit, today=today)
    comes_to = plan_figures.figures(made, today)
    holiday_name = names.get(plan.holiday.occasion_id, plan.holiday.occasion_id)
    with sentence:
        st.subheader(
            plan_words.plan_sentence(words, holiday_name, plan, comes_to, today),
            anchor=False,
            help=words("plan_as_of", day=words.day(plan.as_of_date), n=words.count(comes_to.lines)),
        )
    with cards:
        show_plan_cards(words, comes_to, today)
    if may_edit:
        plan_desk.show_changes(words, desk, made, mall=mall, is_stale=is_stale)
        if not is_stale:
            plan_desk.show_decision(words, desk, made, mall=mall, today=today)
    elif plan.status == "approved" and is_live and plan.plan_id is not None:
        try:
            plan_table.show_orders(words, mall.orders(plan.plan_id), plans.supplier_names(marts))
        except (MallAway, Refused):
            st.warning(words("mall_away_reading"), icon=":material/cloud_off:")
    show_downloads(
        words,
        order_rows(words, made),
        order_columns(words),
        file_name=file_name("pointmart-holiday-plan", holiday_name, plan.holiday.first_day),
        key="_plan",
    )
if found is not None and level is not None and series_id is not None:
    show_rows(
        words,
        found.days.assign(
            level=level_names[level],
            name=series_names[series_id],
            model=model_name(words, found.model),
        ),
        forecast_columns(words),
        file_name=file_name("pointmart-forecast", series_names[series_id], found.origin_date),
        title=words("forecast_by_day"),
    )
