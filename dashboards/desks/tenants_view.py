"""How tenants on their way in are told to the platform's own people."""

import pandas as pd
import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks import charts, platform
from dashboards.downloads import Column
from dashboards.house_style import ACCENT, QUIET, SECOND, WARNING
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.marts import PlatformMarts
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import NOTHING, Words, literally

_SHOWN = 15


def choose_tenant(words: Words, marts: PlatformMarts) -> str:
    """Return the code of the tenant the reader chose, nothing for all; only the platform's own people have this choice."""
    names = {"": words("all_tenants")} | platform.tenant_names(marts)
    code = st.selectbox(
        words("tenant"),
        list(names),
        list(names).index(from_address("tenant", list(names), "")),
        lambda key: names[key],
        key="tenant",
        width=220,
    )
    to_address("tenant", code, "")
    return str(code)


def _step_names(words: Words) -> dict[str, str]:
    return {
        "applied": words("step_applied"),
        "configured": words("step_configured"),
        "tested": words("step_tested"),
        "live": words("step_live"),
    }


def answer(words: Words, rows: pd.DataFrame) -> str:
    """Return how many tenants are live and under way, how long it took, and who is beyond the promise."""
    applied = rows[rows["applied_date"].notna()]
    if applied.empty:
        return words("tenants_none", n=words.count(len(rows)))
    live = applied[applied["live_date"].notna()]
    under_way = applied[applied["live_date"].isna()]
    told = words(
        "tenants_answer",
        n=words.count(len(applied)),
        live=words.count(len(live)),
        under_way=words.count(len(under_way)),
        late=words.count((under_way["so_far_days"] > platform.TARGET_DAYS).sum()),
        target=platform.TARGET_DAYS,
    )
    if live.empty:
        return told
    return told + words("tenants_took", days=f"{live['onboarding_days'].median():.0f}")


def show_cards(words: Words, rows: pd.DataFrame) -> None:
    """Show who is live, who went live in time, and who is under way for too long."""
    st.html(WHOLE_NAMES)
    applied = rows[rows["applied_date"].notna()]
    live = applied[applied["live_date"].notna()]
    under_way = applied[applied["live_date"].isna()]
    on_target = live["onboarding_days"] <= platform.TARGET_DAYS
    places = st.columns(3)
    with places[0]:
        show_plain_card(
            words,
            words("tenants_all"),
            words.count(len(rows)),
            words("tenants_test", n=words.count(rows["is_test"].sum())),
            meaning=words("tenants_all_meaning"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("live_in_time"),
            NOTHING if live.empty else words.rate(float(on_target.mean())),
            words("of_live", n=words.count(len(live)), target=platform.TARGET_DAYS),
            meaning=words("live_in_time_meaning", target=platform.TARGET_DAYS),
            is_small=0 < len(live) < 30,
        )
    with places[2]:
        show_plain_card(
            words,
            words("tenants_under_way"),
            words.count(len(under_way)),
            words(
                "longer_than_target",
                n=words.count((under_way["so_far_days"] > platform.TARGET_DAYS).sum()),
                target=platform.TARGET_DAYS,
            ),
            meaning=words("tenants_under_way_meaning"),
        )


def show_steps(words: Words, rows: pd.DataFrame) -> None:
    """Draw the days each tenant spent on each step, those under way up to today."""
    st.subheader(words("steps_title"), anchor=False)
    applied = rows[rows["applied_date"].notna()].head(_SHOWN)
    if applied.empty:
        st.info(words("no_applications"), icon=":material/hourglass_empty:")
        return
    names = _step_names(words)
    parts = {f"{step}_days": words("until_step", step=names[step]) for step in platform.STEPS}
    parts["open_days"] = words("open_so_far")
    drawn = applied.melt("name", list(parts), "part", "count").dropna(subset=["count"])
    drawn = drawn.assign(kind=drawn["part"].map(parts))
    order = {name: place for place, name in enumerate(applied["name"])}
    drawn = drawn.sort_values("name", key=lambda column: column.map(order), kind="stable")
    colours = dict(zip(parts.values(), (ACCENT, SECOND, QUIET, WARNING), strict=True))
    labels = {"name": words("tenant"), "kind": words("onboarding_step"), "count": words("days_word")}
    st.altair_chart(
        charts.counts(drawn, colours, labels=labels, numbers=words.axis_numbers, columns=2),
        alt=words("steps_alt"),
    )


def tables(words: Words, rows: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page of tenants."""
    industries = {
        "bank": words("industry_bank"),
        "airline": words("industry_airline"),
        "retail": words("industry_retail"),
        "ecommerce": words("industry_ecommerce"),
        "employee_benefit": words("industry_employee_benefit"),
    }
    return [
        Table(
            "tenants",
            words("tenants_title", n=words.count(len(rows))),
            rows.assign(
                industry=rows["industry"].map(industries).fillna(rows["industry"]),
                reached=rows["reached"].map(_step_names(words)).fillna(words("live_at_once")),
                test=[words("yes") if is_test else words("no") for is_test in rows["is_test"]],
            ),
            [
                Column("name", words("tenant"), "text"),
                Column("code", words("tenant_code"), "text"),
                Column("industry", words("industry"), "text"),
                Column("reached", words("onboarding_step"), "text"),
                Column("applied_date", words("step_applied"), "date"),
                Column("configured_date", words("step_configured"), "date"),
                Column("tested_date", words("step_tested"), "date"),
                Column("live_date", words("step_live"), "date"),
                Column("so_far_days", words("days_word"), "count"),
                Column("test", words("is_test_tenant"), "text"),
                Column("last_fact_date", words("last_fact"), "date"),
            ],
        )
    ]


def steps(words: Words, rows: pd.DataFrame) -> list[Step]:
    """Return who to help on: those that stand at a step for longest."""
    waiting = rows[rows["open_days"].notna()].sort_values("open_days", ascending=False).head(3)
    names = _step_names(words)
    return [
        Step(
            words(
                "step_help_tenant",
                tenant=literally(row["name"]),
                reached=names.get(row["reached"], row["reached"]),
                days=words.count(row["open_days"]),
            )
        )
        for row in waiting.to_dict("records")
    ]
