"""How orders and their clocks are told: the answer, cards, charts and rows."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards.carriers import carrier_names
from dashboards.desks import charts
from dashboards.desks.order_words import clock_names, party_names, region_names
from dashboards.downloads import Column
from dashboards.house_style import ACCENT, QUIET, SECOND, WARNING
from dashboards.items_view import show_rate
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.rates import Rate
from dashboards.tables import Table
from dashboards.words import Words


def _spans(words: Words) -> dict[str, str]:
    return {
        "late": words("span_late"),
        "soon": words("span_soon"),
        "today": words("span_today"),
        "later": words("span_later"),
    }


def answer(words: Words, counted: pd.DataFrame) -> str:
    """Return what is awaited, and how much of it is late or due within twelve hours."""
    total = int(counted["count"].sum())
    if not total:
        return words("orders_none")
    by_clock = counted.groupby("clock")["count"].sum()
    by_span = counted.groupby("span")["count"].sum()
    return words(
        "orders_answer",
        ship=words.count(by_clock.get("shipping", 0)),
        deliver=words.count(by_clock.get("delivery", 0)),
        late=words.count(by_span.get("late", 0)),
        soon=words.count(by_span.get("soon", 0)),
    )


def show_cards(
    words: Words, counted: pd.DataFrame | None, ship: Rate | None, deliver: Rate | None, against: str
) -> None:
    """Show what is late and due soon now, and how promises were kept in the month."""
    st.html(WHOLE_NAMES)
    places = st.columns(4 if counted is not None else 2)
    if counted is not None:
        for place, span, label, meaning in (
            (places[0], "late", words("queue_late"), words("queue_late_meaning")),
            (places[1], "soon", words("queue_soon"), words("queue_soon_meaning")),
        ):
            of_span = counted[counted["span"] == span].groupby("clock")["count"].sum()
            with place:
                show_plain_card(
                    words,
                    label,
                    words.count(of_span.sum()),
                    words(
                        "orders_by_clock",
                        ship=words.count(of_span.get("shipping", 0)),
                        deliver=words.count(of_span.get("delivery", 0)),
                    ),
                    meaning=meaning,
                )
    for place, figure in zip(places[-2:], (ship, deliver), strict=True):
        with place:
            show_rate(words, figure, against)


def show_queue(words: Words, counted: pd.DataFrame) -> None:
    """Draw what is awaited by clock and region, split by how much of the promise is left."""
    st.subheader(words("queue_by_clock"), anchor=False)
    # Short names leave a phone room for the bars.
    clocks = {"shipping": words("queue_shipping"), "delivery": words("queue_delivery")}
    regions, spans = region_names(words), _spans(words)
    drawn = counted[counted["count"] > 0]
    if drawn.empty:
        st.success(words("nothing_awaited"), icon=":material/check_circle:")
        return
    rows = pd.DataFrame(
        {
            "name": [
                words("clock_in_region", clock=clocks[clock], region=regions[region])
                for clock, region in zip(drawn["clock"], drawn["region"], strict=True)
            ],
            "kind": drawn["span"].map(spans),
            "count": drawn["count"],
        }
    )
    colours = dict(zip(spans.values(), (WARNING, SECOND, ACCENT, QUIET), strict=True))
    labels = {"name": words("clock"), "kind": words("time_left"), "count": words("orders_word")}
    st.altair_chart(
        charts.counts(rows, colours, labels=labels, numbers=words.axis_numbers, columns=2),
        alt=words("queue_alt"),
    )


def show_breaches(words: Words, rows: pd.DataFrame, month: date) -> None:
    """Draw who was responsible for the promises that were broken in the month."""
    st.subheader(words("breaches_by_party", month=words.month(month)), anchor=False)
    if rows.empty:
        st.success(words("no_breaches"), icon=":material/check_circle:")
        return
    parties, clocks = party_names(words), clock_names(words)
    grouped = rows.groupby(["party", "clock"]).size().reset_index(name="count")
    drawn = pd.DataFrame(
        {
            "name": grouped["party"].map(parties),
            "kind": grouped["clock"].map(clocks),
            "count": grouped["count"],
        }
    )
    colours = dict(zip(clocks.values(), (ACCENT, SECOND), strict=True))
    labels = {"name": words("desk_responsible"), "kind": words("clock"), "count": words("breaches_word")}
    st.altair_chart(
        charts.counts(drawn, colours, labels=labels, numbers=words.axis_numbers), alt=words("breaches_alt")
    )


def tables(words: Words, awaited: pd.DataFrame | None, broken: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: the queue if it is known, and the broken promises."""
    clocks, regions, parties = clock_names(words), region_names(words), party_names(words)
    carriers = carrier_names(words)
    breaches = Table(
        "breaches",
        words("breaches_title"),
        broken.assign(
            clock=broken["clock"].map(clocks),
            party=broken["party"].map(parties),
            who=broken["supplier_name"].fillna(broken["carrier"].map(carriers)).fillna(""),
            settled=broken["outcome"].map(
                {"paid": words("breach_paid"), "waived": words("breach_waived")}
            ).fillna(words("breach_open")),
        ),
        [
            Column("clock", words("clock"), "text"),
            Column("due", words("due_at_column"), "text"),
            Column("party", words("desk_responsible"), "text"),
            Column("who", words("name_column"), "text"),
            Column("points", words("compensation_points"), "count"),
            Column("settled", words("state"), "text"),
            Column("redemption_id", words("redemption_id"), "text"),
        ],
    )  # fmt: skip
    if awaited is None:
        return [breaches]
    queue = Table(
        "queue",
        words("queue_title", n=words.count(len(awaited))),
        awaited.assign(
            clock=awaited["clock"].map(clocks),
            region=awaited["region"].map(regions),
            carrier=awaited["carrier"].map(carriers).fillna(""),
        ),
        [
            Column("left", words("hours_left"), "quantity"),
            Column("clock", words("clock"), "text"),
            Column("due", words("due_at_column"), "text"),
            Column("item", words("item"), "text"),
            Column("quantity", words("pieces"), "count"),
            Column("region", words("desk_region"), "text"),
            Column("province", words("province"), "text"),
            Column("carrier", words("carrier"), "text"),
            Column("started", words("started_at_column"), "text"),
            Column("redemption_id", words("redemption_id"), "text"),
        ],
        is_of_now=True,
    )
    return [queue, breaches]


def steps(words: Words, counted: pd.DataFrame | None, broken: pd.DataFrame) -> list[Step]:
    """Return what to do next: ship what is late, ask carriers, speak with who breaks most promises."""
    found: list[Step] = []
    if counted is not None:
        late = counted[counted["span"] == "late"].groupby("clock")["count"].sum()
        if late.get("shipping", 0):
            found.append(Step(words("step_ship", n=words.count(late["shipping"])), "stock"))
        if late.get("delivery", 0):
            found.append(Step(words("step_chase", n=words.count(late["delivery"])), "after_sales"))
    names = broken["supplier_name"].dropna().value_counts()
    if len(names):
        worst, count = str(names.index[0]), int(names.iloc[0])
        found.append(Step(words("step_supplier", name=worst, n=words.count(count)), "suppliers"))
    return found


def say_if_longer(words: Words, counted: pd.DataFrame, shown: int) -> None:
    """Say that the table holds only what is due first, if the queue is longer."""
    total = int(counted["count"].sum())
    if total > shown:
        st.caption(words("queue_is_longer", shown=words.count(shown), total=words.count(total)))
