"""How members are told: the answer, cards, charts, the rows behind them and what to do."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import members, members_charts
from dashboards.charts import Chart
from dashboards.definitions import Definitions
from dashboards.downloads import Column
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.kpis import SMALL_SAMPLE
from dashboards.members import Moves
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import Words

# Segments whose members spent much and come no more.
_LEAVING_VALUE = ("keep", "win_back")


def answer(words: Words, month: date, stages: pd.DataFrame, moved: Moves | None, compared: date) -> str:
    """Return how many members there are, how many still come, and who left."""
    present = members.share_of(stages, month, members.PRESENT)
    before = members.share_of(stages, compared, members.PRESENT)
    told = words(
        "members_answer",
        month=words.month(month),
        members=words.people(_total(stages, month)),
        present=words.rate(present),
    )
    if present is not None and before is not None:
        moved_by = words.change(present - before)
        told += words("answer_against", against=words.month(compared), change=moved_by)
    sentences = [told + words("full_stop")]
    if moved is not None and moved.churn is not None:
        sentences.append(
            words("members_left", members=words.people(moved.left_now), churn=words.rate(moved.churn))
        )
    return words("between_sentences").join(sentences)


def show_cards(
    words: Words, define: Definitions, month: date, compared: date, stages: pd.DataFrame, moved: Moves | None
) -> None:
    """Show members, who comes, who is about to leave, and who left."""
    st.html(WHOLE_NAMES)
    against = words("against_month", month=words.month(compared))
    total, before = _total(stages, month), _total(stages, compared)
    definitions = stages.drop_duplicates("stage").set_index("stage")[f"definition_{words.language}"]
    places = st.columns(4)
    with places[0]:
        show_plain_card(
            words,
            words("members_word"),
            words.count(total),
            words("members_counted"),
            meaning=define("members"),
            change=words.relative(total, before),
            against=against,
        )
    for place, key, names in (
        (places[1], words("members_present"), members.PRESENT),
        (places[2], words("members_at_risk"), ("at_risk", "dormant")),
    ):
        now, then = (members.share_of(stages, of, names) for of in (month, compared))
        with place:
            show_plain_card(
                words,
                key,
                words.rate(now),
                words("of_members", members=words.people(total)),
                meaning="\n\n".join(definitions[name] for name in names if name in definitions)
                or define("members"),
                change=None if now is None or then is None else words.change(now - then),
                against=against,
                is_small=total < SMALL_SAMPLE,
            )
    with places[3]:
        show_plain_card(
            words,
            words("churn"),
            words.rate(moved.churn if moved else None),
            words(
                "churn_note",
                left=words.people(moved.left_now if moved else 0),
                back=words.people(moved.won_back if moved else 0),
            ),
            meaning=define("churn"),
            is_small=moved is not None and moved.churn is not None and moved.kept_before < SMALL_SAMPLE,
        )


def show_stages(words: Words, stages: pd.DataFrame) -> None:
    """Draw the stages of members month by month. `stages` is what `members.stages` returned."""
    st.subheader(words("stages_course"), anchor=False)
    st.altair_chart(stages_chart(words, stages), alt=words("stages_alt"))


def stages_chart(words: Words, stages: pd.DataFrame) -> Chart:
    """Return the chart of stages month by month. `stages` is what `members.stages` returned."""
    ordered = stages.sort_values("stage_rank").drop_duplicates("stage")
    names = dict(zip(ordered["stage"], ordered[f"name_{words.language}"], strict=True))
    drawn = pd.DataFrame(
        {
            "month": [words.short_month(month) for month in stages["month"]],
            "stage": stages["stage"],
            "share": stages["share"],
            "place": stages["stage_rank"],
            "told": [
                f"{words.people(count)} ({words.rate(share)})"
                for count, share in zip(stages["members"], stages["share"], strict=True)
            ],
        }
    )
    labels = {
        "month": words("month"),
        "stage": words("stage"),
        "members": words("members_word"),
    }
    return members_charts.stages(drawn, names=names, labels=labels)


def show_segments(words: Words, define: Definitions, segments: pd.DataFrame) -> None:
    """Draw the segments by members and points. `segments` is what `members.segments` returned."""
    st.subheader(words("segments_title"), anchor=False, help=define("segments"))
    st.altair_chart(segments_chart(words, segments), alt=words("segments_alt"))
    st.caption(words("segments_legend"))


def segments_chart(words: Words, segments: pd.DataFrame) -> Chart:
    """Return the chart of segments by members and points. `segments` is what `members.segments` returned."""
    shown = segments[segments["members"] > 0]
    drawn = pd.DataFrame(
        {
            "name": shown[f"name_{words.language}"],
            "share": shown["share"],
            "share_of_points": shown["share_of_points"],
            "told": [
                f"{words.people(count)} ({words.rate(share)})"
                for count, share in zip(shown["members"], shown["share"], strict=True)
            ],
            "told_points": [words.rate(share) for share in shown["share_of_points"]],
            "is_small": shown["members"] < SMALL_SAMPLE,
        }
    )
    labels = {
        "segment": words("segment"),
        "members": words("members_word"),
        "points": words("share_of_points"),
    }
    return members_charts.segments(drawn, labels=labels)


def show_triangle(words: Words, cohorts: pd.DataFrame) -> None:
    """Draw how cohorts stay. `cohorts` is what `members.cohorts` returned."""
    later = cohorts[cohorts["months_since"] > 0]
    if later.empty:
        st.info(words("no_cohorts"), icon=":material/hourglass_empty:")
        return
    drawn = pd.DataFrame(
        {
            "cohort": [words.short_month(month) for month in later["cohort_month"]],
            "since": later["months_since"],
            "rate": later["retention_rate"],
            "text": [f"{rate * 100:.0f}" for rate in later["retention_rate"]],
            "told": [
                words(
                    "cohort_cell",
                    rate=words.rate(row["retention_rate"]),
                    active=words.count(row["active_count"]),
                    size=words.count(row["cohort_size"]),
                )
                + ("" if row["is_whole_month"] else words("cohort_cell_partial"))
                for _, row in later.iterrows()
            ],
            "is_small": later["cohort_size"] < SMALL_SAMPLE,
        }
    )
    labels = {
        "cohort": words("cohort"),
        "since": words("months_since"),
        "rate": words("retention"),
    }
    st.altair_chart(members_charts.triangle(drawn, labels=labels), alt=words("triangle_alt"))
    st.caption(words("triangle_legend"))


def tables(words: Words, segments: pd.DataFrame, stages: pd.DataFrame, cohorts: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: segments, stages by month, cohorts."""
    name, meaning = f"name_{words.language}", f"definition_{words.language}"
    return [
        Table(
            "segments",
            words("segments_title"),
            segments,
            [
                Column(name, words("segment"), "text"),
                Column("members", words("members_word"), "count"),
                Column("share", words("share"), "rate"),
                Column("change", words("change_of_members"), "count"),
                Column("points", words("points_of_year"), "count"),
                Column("share_of_points", words("share_of_points"), "rate"),
                Column(meaning, words("definition"), "text"),
            ],
        ),
        Table(
            "stages",
            words("stages_title"),
            stages.sort_values(["month", "stage_rank"], ascending=[False, True]),
            [
                Column("month", words("month"), "month"),
                Column(name, words("stage"), "text"),
                Column("members", words("members_word"), "count"),
                Column("share", words("share"), "rate"),
                Column("points", words("points_of_year"), "count"),
                Column(meaning, words("definition"), "text"),
            ],
        ),
        Table(
            "cohorts",
            words("triangle"),
            cohorts,
            [
                Column("cohort_month", words("cohort"), "month"),
                Column("months_since", words("months_since"), "count"),
                Column("month", words("month"), "month"),
                Column("cohort_size", words("cohort_size"), "count"),
                Column("active_count", words("active_count"), "count"),
                Column("retention_rate", words("retention"), "rate"),
                Column("low", words("low"), "rate"),
                Column("high", words("high"), "rate"),
            ],
        ),
    ]


def steps(words: Words, month: date, segments: pd.DataFrame, stages: pd.DataFrame) -> list[Step]:
    """Return whom to turn to first."""
    found = []
    worth = segments[segments["segment"].isin(_LEAVING_VALUE) & (segments["members"] > 0)]
    if not worth.empty:
        names = words("and").join(worth[f"name_{words.language}"])
        count, share = words.people(worth["members"].sum()), words.rate(worth["share_of_points"].sum())
        found.append(Step(words("step_win_back", names=names, members=count, share=share), "points"))
    now = stages[stages["month"] == pd.Timestamp(month)].set_index("stage")["members"]
    if now.get("at_risk", 0):
        found.append(Step(words("step_at_risk", members=words.people(now["at_risk"])), "items"))
    if now.get("new", 0):
        found.append(Step(words("step_new", members=words.people(now["new"]))))
    return found


def _total(stages: pd.DataFrame, month: date) -> int:
    return int(stages[stages["month"] == pd.Timestamp(month)]["members"].sum())
