"""库存预警 Stock watch: what runs out, and what lies too long?"""

import pandas as pd
import streamlit as st

from dashboards import quality_charts, stock
from dashboards.address import from_address, to_address
from dashboards.categories import category_names, with_category_names
from dashboards.downloads import Column, file_name
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.marts import records
from dashboards.page import business_today, open_marts, show_as_of, show_rows
from dashboards.reader import require_visitor, words_of_reader
from dashboards.words import Words

_SHOWN_ITEMS = 12
_ALL = "all"
_LONG = 999


def answer(words: Words, rows: pd.DataFrame, alerts: int) -> str:
    """Return the sentence of the page: how many items are out, run out soon, or lie too long."""
    counts = rows["outlook"].value_counts()
    return words(
        "stock_answer",
        out=words.count(counts.get("out", 0)),
        short=words.count(counts.get("short", 0)),
        over=words.count(counts.get("over", 0)),
        days=int(rows["horizon_days"].max()),
        items=words.count(len(rows)),
        alerts=words.count(alerts),
    )


def show_cards(words: Words, rows: pd.DataFrame, alerts: pd.DataFrame) -> None:
    """Show how many items are out, run out, lie too long, and how many alerts are open."""
    st.html(WHOLE_NAMES)
    counts = rows["outlook"].value_counts()
    places = st.columns(4)
    short = rows[rows["outlook"] == "short"]
    missing = rows.loc[rows["outlook"].isin(["out", "short"]), "missing_quantity"].sum()
    first = short["runs_out_date"].min()
    told = [
        ("outlook_out", counts.get("out", 0), words("outlook_out_meaning"), words("missing_units", n=words.count(missing))),
        (
            "outlook_short",
            counts.get("short", 0),
            words("outlook_short_meaning"),
            words("nothing_runs_out") if pd.isna(first) else words("first_runs_out", day=words.short_day(first)),
        ),
        (
            "outlook_over",
            counts.get("over", 0),
            words("outlook_over_meaning"),
            words(
                "units_lying",
                n=words.count(rows.loc[rows["outlook"] == "over", "available_quantity"].sum()),
            ),
        ),
        (
            "open_alerts",
            len(alerts),
            words("open_alerts_meaning"),
            words("seen_alerts", n=words.count(alerts["is_acknowledged"].sum())),
        ),
    ]  # fmt: skip
    names = {
        "outlook_out": words("outlook_out"),
        "outlook_short": words("outlook_short"),
        "outlook_over": words("outlook_over"),
        "open_alerts": words("open_alerts"),
    }
    for place, (key, count, meaning, caption) in zip(places, told, strict=True):
        with place, st.container(border=True, height="stretch"):
            st.metric(names[key], words.count(count), help=meaning)
            st.caption(caption)


def lasting(words: Words, days: float, horizon: int) -> str:
    """Return for how long stock lasts; beyond a few years it is only told that it is long."""
    if pd.isna(days):
        return words("never_asked_for")
    if days > _LONG:
        return words("days_beyond", days=_LONG)
    return words("days_lasting", days=words.count(days))


def show_chart(words: Words, rows: pd.DataFrame, outlook: str) -> None:
    """Draw for how many days the stock of the items that need looking at lasts."""
    horizon = int(rows["horizon_days"].max())
    if outlook == "over":
        chosen = rows[rows["outlook"] == "over"].sort_values(
            "supply_days", ascending=False, na_position="first"
        )
        chosen = chosen.head(_SHOWN_ITEMS)
        days = chosen["supply_days"].clip(upper=_LONG).fillna(_LONG)
        told = [lasting(words, value, horizon) for value in chosen["supply_days"]]
        edge = int(days.max()) if len(days) else horizon
    else:
        chosen = rows[rows["outlook"].isin(["out", "short"] if outlook == _ALL else [outlook])].head(
            _SHOWN_ITEMS
        )
        # What is out lasts no day, whatever arrives later.
        days = chosen["cover_days"].fillna(horizon).mask(chosen["outlook"] == "out", 0)
        told = [
            words(
                "days_then_out",
                days=words.count(row["cover_days"]),
                day=words.short_day(row["runs_out_date"]),
            )
            if row["outlook"] != "out" and pd.notna(row["runs_out_date"])
            else words("is_out_now")
            for row in records(chosen)
        ]
        edge = horizon
    if chosen.empty:
        st.success(words("nothing_to_watch"), icon=":material/check_circle:")
        return
    st.altair_chart(
        quality_charts.covers(
            chosen.assign(days=days, told=told, is_short=chosen["outlook"].isin(["out", "short"])),
            horizon=edge,
            labels={"item": words("item"), "days": words("lasts")},
        ),
        alt=words("cover_alt"),
    )
    legend = "cover_legend_over" if outlook == "over" else "cover_legend"
    st.caption(words(legend, n=len(chosen), days=horizon))


words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)
today = business_today()

st.title(words("stock_page"), anchor=False)
show_as_of(words, marts.release)
rows, alerts = stock.outlooks(marts), stock.open_alerts(marts)
if rows.empty:
    st.info(words("no_outlook"), icon=":material/hourglass_empty:")
else:
    outlook_names = {
        _ALL: words("all_to_watch"),
        "out": words("outlook_out"),
        "short": words("outlook_short"),
        "over": words("outlook_over"),
        "enough": words("outlook_enough"),
    }
    categories = ["", *sorted(rows["category"].dropna().unique())]
    category_name = {"": words("whole_mall")} | category_names(marts, words.language)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        outlook = st.segmented_control(
            words("outlook"),
            list(outlook_names),
            default=from_address("outlook", list(outlook_names), _ALL),
            required=True,
            format_func=lambda key: outlook_names[key],
            key="outlook",
            wrap=True,
        )
        category = st.selectbox(
            words("category"),
            categories,
            categories.index(from_address("category", categories, "")),
            format_func=lambda key: category_name.get(key, key),
            key="category",
            width=240,
        )
    to_address("outlook", outlook, _ALL)
    to_address("category", category, "")
    of_category = rows[rows["category"] == category] if category else rows
    st.subheader(answer(words, of_category, len(alerts)), anchor=False, help=words("outlook_meaning"))
    show_cards(words, of_category, alerts)
    show_chart(words, of_category, outlook)
    wanted = ["out", "short", "over"] if outlook == _ALL else [outlook]
    shown = with_category_names(
        marts, of_category[of_category["outlook"].isin(wanted)].fillna({"category": ""}), words.language
    )
    show_rows(
        words,
        shown.assign(outlook=[outlook_names[key] for key in shown["outlook"]]),
        [
            Column("name", words("item"), "text"),
            Column("outlook", words("outlook"), "text"),
            Column("runs_out_date", words("runs_out_on"), "date"),
            Column("cover_days", words("cover_days"), "count"),
            Column("available_quantity", words("available_units"), "count"),
            Column("incoming_quantity", words("incoming_units"), "count"),
            Column("next_arrival_date", words("next_arrival"), "date"),
            Column("expected_quantity", words("expected_units"), "quantity"),
            Column("missing_quantity", words("missing_column"), "quantity"),
            Column("supply_days", words("supply_days"), "quantity"),
            Column("category", words("category"), "text"),
        ],
        file_name=file_name("pointmart-stock-watch", outlook, category, marts.release.release_id),
        title=words("stock_rows", n=words.count(len(shown))),
    )

if alerts.empty:
    st.subheader(words("alerts_title", n=0), anchor=False)
    st.caption(words("no_alerts"))
else:
    alert_rows = alerts.assign(
        warehouse=alerts["warehouse"].fillna(words("whole_mall_stock")),
        seen=[words("yes") if seen else words("no") for seen in alerts["is_acknowledged"]],
    )
    show_rows(
        words,
        alert_rows,
        [
            Column("name", words("item"), "text"),
            Column("warehouse", words("warehouse"), "text"),
            Column("quantity", words("units_now"), "count"),
            Column("threshold_quantity", words("threshold"), "count"),
            Column("opened_date", words("opened_on"), "date"),
            Column("opened_quantity", words("opened_with"), "count"),
            Column("seen", words("is_seen"), "text"),
        ],
        file_name=file_name("pointmart-stock-alerts", marts.release.release_id),
        title=words("alerts_title", n=words.count(len(alerts))),
        key="_alerts",
    )

orders = stock.under_way(marts, today)
if orders.empty:
    st.subheader(words("under_way_title", n=0), anchor=False)
    st.caption(words("nothing_under_way"))
else:
    status_names = {
        "approved": words("order_approved"),
        "ordered": words("order_ordered"),
        "partially_received": words("order_partially_received"),
    }
    late = int(orders["is_late"].sum())
    order_rows = orders.assign(
        status=[status_names.get(status, status) for status in orders["status"]],
        late=[words("yes") if is_late else words("no") for is_late in orders["is_late"]],
        supplier_name=orders["supplier_name"].fillna(""),
        warehouse=orders["warehouse"].fillna(""),
    )
    show_rows(
        words,
        order_rows,
        [
            Column("name", words("item"), "text"),
            Column("expected_on", words("expected_on"), "date"),
            Column("outstanding_quantity", words("incoming_units"), "count"),
            Column("late", words("is_overdue"), "text"),
            Column("status", words("status"), "text"),
            Column("supplier_name", words("supplier"), "text"),
            Column("warehouse", words("warehouse"), "text"),
        ],
        file_name=file_name("pointmart-under-way", marts.release.release_id),
        title=words("under_way_title", n=words.count(len(orders))),
        warning=words("orders_late", n=words.count(late)) if late else None,
        key="_under_way",
    )
