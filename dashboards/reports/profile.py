"""The yearly profile of an enterprise's members: who they are, what they like and when they come, never a few of them."""

from datetime import date

import pandas as pd

from dashboards import members, members_view, profile_charts, profiles
from dashboards.categories import category_names
from dashboards.group_bars import group_bars
from dashboards.items import BAND_ENDS
from dashboards.kpis import SMALL_SAMPLE
from dashboards.marts import TenantMarts
from dashboards.members import Moves
from dashboards.reports.content import Block, Card, Cards, Definitions, Heading, Note, Picture, Report, Rows
from dashboards.reports.framing import NothingToReport, as_of, source
from dashboards.reports.profile_names import named, named_tastes, weekdays
from dashboards.reports.profile_tables import comparison_table, favourites_table, groups_table
from dashboards.words import NOTHING, Words

_MOST_TASTES = 7


def profile_report(marts: TenantMarts, words: Words, tenant: str, first_day: date) -> Report:
    """Return the report of the year that begins with a day.

    Raises:
        NothingToReport: the release has no members of the year.
    """
    year = first_day.year
    known = [] if marts.lacks(*profiles.TABLES, *members.TABLES) else profiles.years(marts)
    if year not in known:
        raise NothingToReport(
            words("report_no_year", year=year)
            + (words("report_years", first=known[0], last=known[-1]) if known else "")
        )
    rows = named(words, profiles.groups(marts, year))
    everybody = rows[rows["group_kind"] == "all"].iloc[0]
    moved = _moved(marts, year)
    end = everybody["as_of_date"].date()
    blocks: list[Block] = [
        *(
            []
            if end == date(year, 12, 31)
            else [Note(words("year_is_partial", year=year, day=words.day(end)))]
        ),
        Cards(_cards(words, rows, everybody, moved)),
        Note(words("profile_privacy", fewest=profiles.FEWEST)),
        Heading(words("profile_comparison")),
        Rows(comparison_table(words, year, rows, everybody), is_titled=False),
        Heading(words("profile_who")),
        *_shares(words, rows),
        Heading(words("profile_life")),
        *_life(marts, words, rows, year),
        Heading(words("profile_when")),
        *_when(marts, words, year),
        Heading(words("profile_tastes")),
        *_tastes(marts, words, rows, year),
        Heading(words("report_definitions")),
        Definitions(_meanings(marts, words, year)),
    ]
    return Report(
        language=words.language,
        title=words("profile_report"),
        tenant=tenant,
        period=words("profile_year", year=year),
        complete_until=marts.release.complete_until,
        as_of=as_of(words, marts.release),
        source=source(words, marts.release),
        answer=_answer(words, rows, everybody),
        blocks=blocks,
    )


def _answer(words: Words, rows: pd.DataFrame, everybody: pd.Series) -> str:
    change = words.relative(everybody["members"], everybody["before"]) if everybody["before"] > 0 else None
    told = words(
        "profile_answer",
        day=words.day(everybody["as_of_date"]),
        members=words.people(everybody["members"]),
        redeemed=words.rate(everybody["redeeming"]),
        each=f"{everybody['redemptions_each']:.1f}",
    )
    sentences = [
        told + ("" if change is None else words("profile_answer_change", change=change)) + words("full_stop")
    ]
    segments = rows[(rows["group_kind"] == "segment") & (rows["member_group"] != "other")]
    if not segments.empty and everybody["points"] > 0:
        best = segments.sort_values("share_of_points").iloc[-1]
        sentences.append(
            words(
                "profile_answer_best",
                name=best["name"],
                share=words.rate(best["share"]),
                points=words.rate(best["share_of_points"]),
            )
        )
    return words("between_sentences").join(sentences)


def _cards(words: Words, rows: pd.DataFrame, everybody: pd.Series, moved: Moves | None) -> list[Card]:
    before = everybody["before"]
    against = words("profile_against")
    is_small = everybody["members"] < SMALL_SAMPLE
    state = words("small_sample") if is_small else ""
    joined = rows[(rows["group_kind"] == "joined") & (rows["member_group"] == "this_year")]
    change = words.relative(everybody["members"], before) if before > 0 else None
    of_all = words("of_members", members=words.people(everybody["members"]))
    redeeming_before = everybody["redeemers_before"] / before if before > 0 else None
    cards = [
        Card(words("members_word"), words.count(everybody["members"]), "", f"{against} {change}" if change else "", words("members_counted")),
        Card(
            words("joined_this_year"),
            words.count(joined["members"].iloc[0]) if not joined.empty else words("profile_few", fewest=profiles.FEWEST),
            "", "", words("profile_share_of_members", share=words.rate(joined["share"].iloc[0])) if not joined.empty else "",
        ),
        Card(
            words("profile_redeemed"), words.rate(everybody["redeeming"]), state,
            "" if redeeming_before is None else f"{against} {words.change(everybody['redeeming'] - redeeming_before)}", of_all,
        ),
    ]  # fmt: skip
    is_known = moved is not None and moved.churn is not None
    cards.append(
        Card(
            words("profile_lost"),
            words.rate(moved.churn) if moved is not None and is_known else NOTHING,
            "",
            "",
            words("profile_moved", left=_people(words, moved.left_now), back=_people(words, moved.won_back))
            if moved is not None and is_known
            else words("profile_no_year_before"),
        )
    )
    return cards


def _moved(marts: TenantMarts, year: int) -> Moves | None:
    """Return who left and came back between the ends of the year before and of this one; None without both."""
    ends = [month for month in members.months(marts) if month.year == year]
    before = date(year - 1, 12, 1)
    return members.moves(marts, ends[-1], before) if before in members.months(marts) else None


def _people(words: Words, count: int) -> str:
    return words.people(count) if count >= profiles.FEWEST else words("profile_few", fewest=profiles.FEWEST)


def _shares(words: Words, rows: pd.DataFrame) -> list[Block]:
    blocks: list[Block] = []
    for kind, title in (("profile", words("profile_groups")), ("joined", words("profile_joined"))):
        of_kind = rows[rows["group_kind"] == kind]
        chart = None
        if not of_kind.empty:
            notes = [words.people(count) for count in of_kind["members"]]
            is_small = of_kind["members"] < SMALL_SAMPLE
            labels = {"group": title, "rate": words("share"), "note": words("members_word")}
            chart = group_bars(words, of_kind["name"], of_kind["share"], notes, is_small, **labels)
        blocks.append(Picture(title, chart, title, "" if chart else words("profile_too_few"), "half"))
    tables = [groups_table(words, kind, rows) for kind in ("profile", "joined")]
    return [*blocks, *(Rows(table) for table in tables)]


def _life(marts: TenantMarts, words: Words, rows: pd.DataFrame, year: int) -> list[Block]:
    segments = rows[rows["group_kind"] == "segment"].assign(
        **{f"name_{words.language}": lambda of: of["name"]}
    )
    course = members.stages(marts, date(year, 1, 1), date(year, 12, 1))
    drawn = members_view.segments_chart(words, segments) if not segments.empty else None
    return [
        Picture(words("segments_title"), drawn, words("segments_alt"), words("segments_legend") if drawn else words("profile_too_few")),
        Rows(groups_table(words, "segment", rows)),
        Picture(words("stages_course"), members_view.stages_chart(words, course), words("stages_alt")),
        Rows(groups_table(words, "stage", rows)),
    ]  # fmt: skip


def _when(marts: TenantMarts, words: Words, year: int) -> list[Block]:
    months = profiles.months(marts, year)
    acts = pd.DataFrame(
        {
            "month": months["month"].dt.month,
            "year": months["month"].dt.year.astype(str),
            "acts": months["events"] + months["redemptions"],
            "is_now": months["month"].dt.year == year,
        }
    )
    by_hour = profiles.hours(marts, year)
    total = by_hour["events"] + by_hour["redemptions"]
    names = weekdays(words)
    chart = None
    if not by_hour.empty:
        cells = pd.DataFrame(
            {
                "weekday": [names[day - 1] for day in by_hour["iso_weekday"]],
                "hour": by_hour["hour"],
                "share": total / total.max(),
            }
        )
        chart = profile_charts.hours(cells, weekdays=names, labels={"hour": words("hour_of_day")})
    labels = {"month": words("month"), "acts": words("acts")}
    by_month = None
    if (acts["acts"] > 0).any():
        by_month = profile_charts.months(acts, labels=labels, numbers=words.axis_numbers)
    return [
        Picture(words("profile_months"), by_month, words("profile_months"), words("profile_acts", n=words.count(total.sum()))),
        Picture(words("profile_hours"), chart, words("profile_hours"), words("profile_hours_legend")),
    ]  # fmt: skip


def _tastes(marts: TenantMarts, words: Words, rows: pd.DataFrame, year: int) -> list[Block]:
    tastes = named_tastes(
        words, profiles.tastes(marts, year), BAND_ENDS, category_names(marts, words.language)
    )
    order = [words("everybody"), *rows[rows["group_kind"] == "segment"]["name"]]
    blocks: list[Block] = []
    for kind, title in (
        ("category", words("profile_categories")),
        ("price_band", words("profile_prices")),
    ):
        of_kind = tastes[tastes["taste_kind"] == kind]
        of_all = of_kind[of_kind["segment"] == "all"]
        chart = None
        if not of_all.empty:
            columns = list(of_all["taste_name"].head(_MOST_TASTES))
            if kind == "price_band":
                columns = list(of_all.sort_values("taste", key=lambda low: low.astype(int))["taste_name"])
            shown = of_kind[of_kind["taste_name"].isin(columns)]
            drawn = pd.DataFrame(
                {
                    "segment": shown["segment_name"],
                    "taste": shown["taste_name"],
                    "share": shown["share"],
                    "told": [f"{share:.0%}" for share in shown["share"]],
                }
            )
            present = [name for name in order if name in set(drawn["segment"])]
            labels = {"segment": words("segment"), "taste": title, "share": words("share_of_redemptions")}
            chart = profile_charts.tastes(drawn, columns=columns, segments=present, labels=labels)
        note = words("profile_tastes_legend") if chart else words("profile_too_few")
        blocks.append(Picture(title, chart, title, note))
    return [*blocks, Rows(favourites_table(words, tastes), 30)]


def _meanings(marts: TenantMarts, words: Words, year: int) -> list[tuple[str, str]]:
    ends = [month for month in members.months(marts) if month.year == year]
    segments = members.segments(marts, ends[-1], ends[-1])
    stages = members.stages(marts, ends[-1], ends[-1])
    return [
        (row[f"name_{words.language}"], row[f"definition_{words.language}"])
        for found in (segments, stages)
        for _, row in found.iterrows()
    ]
