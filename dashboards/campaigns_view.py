"""How flash sales are told: the answer, cards, charts, and what to do."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import campaigns, campaigns_charts
from dashboards.campaigns import Totals
from dashboards.charts import Chart
from dashboards.definitions import Definitions
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.kpis import SMALL_SAMPLE
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.words import NOTHING, Words, literally

# So many sales a chart has room for; the others are in the rows.
MOST_DRAWN = 15


def verdict_names(words: Words) -> dict[str, str]:
    """Return what the verdicts on a difference are called."""
    return {
        "more": words("effect_more"),
        "less": words("effect_less"),
        "unclear": words("effect_unclear"),
        "unknown": words("effect_unknown"),
    }


def answer(words: Words, first: date, last: date, sums: Totals) -> str:
    """Return how many flash sales there were and of how many the effect is beyond chance."""
    span = {"first": words.month(first), "last": words.month(last)}
    if not sums.sales:
        return words("no_sales_answer", **span)
    told = words("sales_answer", sales=words.count(sums.sales), sold=words.count(sums.sold), **span)
    judged = words(
        "sales_judged", judged=words.count(sums.judged), effective=words.count(sums.effective)
    ) if sums.judged else words("sales_unjudged")  # fmt: skip
    return words("between_sentences").join([told, judged])


def show_cards(words: Words, define: Definitions, sums: Totals, verdict: str, verdict_note: str) -> None:
    """Show what worked, what was sold, who was new, and whether the pilot may go on."""
    st.html(WHOLE_NAMES)
    places = st.columns(4)
    with places[0]:
        show_plain_card(
            words,
            words("effective_sales"),
            words("some_of_all", some=words.count(sums.effective), all=words.count(sums.judged)),
            words("n_sales", n=words.count(sums.sales)),
            meaning=define("effective_sales"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("sold_of_allotted"),
            words.rate(sums.sold / sums.allotted) if sums.allotted else NOTHING,
            words("sold_note", sold=words.count(sums.sold), allotted=words.count(sums.allotted)),
            meaning=define("sold_of_allotted"),
        )
    with places[2]:
        show_plain_card(
            words,
            words("newcomer_share"),
            words.rate(sums.newcomers / sums.redeemers) if sums.redeemers else NOTHING,
            words("newcomer_note", new=words.people(sums.newcomers), all=words.people(sums.redeemers)),
            meaning=define("newcomer_share"),
            is_small=0 < sums.redeemers < SMALL_SAMPLE,
        )
    with places[3]:
        show_plain_card(words, words("pilot_verdict"), verdict, verdict_note, meaning=define("pilot_verdict"))


def show_uplift(words: Words, define: Definitions, rows: pd.DataFrame) -> None:
    """Draw how many pieces more each sale brought. `rows` is what `campaigns.sales` returned."""
    st.subheader(words("uplift"), anchor=False, help=define("uplift"))
    drawn = _drawn(words, rows, "uplift")
    if drawn.empty:
        st.info(words("no_effect_yet"), icon=":material/hourglass_empty:")
        return
    st.altair_chart(_chart(words, drawn), alt=words("uplift_alt"))
    st.caption(words("effects_legend", shown=len(drawn), all=words.count(len(rows))))


def show_pull_forward(words: Words, define: Definitions, rows: pd.DataFrame) -> None:
    """Draw how many pieces fewer went after each sale. `rows` is what `campaigns.sales` returned."""
    st.subheader(words("pull_forward"), anchor=False, help=define("pull_forward"))
    drawn = _drawn(words, rows, "pull_forward")
    if drawn.empty:
        st.info(words("no_after_days_yet"), icon=":material/hourglass_empty:")
        return
    st.altair_chart(_chart(words, drawn), alt=words("pull_forward_alt"))


def steps(words: Words, rows: pd.DataFrame) -> list[Step]:
    """Return what to repeat, what not, and whom to keep."""
    found = []
    better = rows[rows["verdict"] == "more"].sort_values("uplift_quantity", ascending=False)
    if not better.empty:
        best = better.iloc[0]
        pieces = words.count(best["uplift_quantity"])
        found.append(Step(words("step_repeat_sale", item=literally(best["name"]), pieces=pieces), "stock"))
    idle = rows[rows["verdict"].isin(["unclear", "less"])]
    if not idle.empty:
        found.append(Step(words("step_change_sale", count=words.count(len(idle))), "items"))
    newcomers = int(rows["new_redeemer_count"].sum())
    if newcomers:
        found.append(Step(words("step_keep_newcomers", members=words.people(newcomers)), "members"))
    return found


def _drawn(words: Words, rows: pd.DataFrame, effect: str) -> pd.DataFrame:
    """Return the newest sales of which an effect is known, named by item and day."""
    known = rows[rows[f"{effect}_low"].notna() & rows[f"{effect}_high"].notna()].head(MOST_DRAWN)
    names = [f"{name} {day:%m-%d}" for name, day in zip(known["name"], known["first_date"], strict=True)]
    low, high = known[f"{effect}_low"], known[f"{effect}_high"]
    return pd.DataFrame(
        {
            "name": _each_once(names),
            "value": known[f"{effect}_quantity"],
            "low": low,
            "high": high,
            "verdict": [campaigns.verdict(*span) for span in zip(low, high, strict=True)],
            "told": [
                words("effect_told", value=f"{value:+,.1f}", low=f"{least:,.1f}", high=f"{most:,.1f}")
                for value, least, most in zip(known[f"{effect}_quantity"], low, high, strict=True)
            ],
        }
    )


def _each_once(names: list[str]) -> list[str]:
    """Return names, two sales of an item on one day told apart."""
    return [
        f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def _chart(words: Words, drawn: pd.DataFrame) -> Chart:
    labels = {"sale": words("flash_sale"), "told": words("difference"), "verdict": words("verdict")}
    return campaigns_charts.effects(drawn, names=verdict_names(words), labels=labels)
