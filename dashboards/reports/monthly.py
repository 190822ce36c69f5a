"""The monthly report of an enterprise: what the overview shows of a month, with the points and every published rate."""

from datetime import date

import pandas as pd

from dashboards import charts, funnel, items, kpis, overview_view, points, points_view
from dashboards.categories import with_category_names
from dashboards.definitions import definitions
from dashboards.downloads import Column
from dashboards.items_words import named_bands
from dashboards.kpi_cards import headline, standing
from dashboards.kpis import Figure
from dashboards.marts import TenantMarts
from dashboards.periods import is_over, months_back
from dashboards.reports.content import (
    Block,
    Card,
    Cards,
    Definitions,
    Heading,
    Note,
    Picture,
    Report,
    Rows,
    Tone,
)  # fmt: skip
from dashboards.reports.framing import NothingToReport, as_of, source
from dashboards.tables import Table
from dashboards.words import Words

_TONES: dict[bool | None, Tone] = {True: "good", False: "bad", None: "plain"}

_RATES = """
    select
        k.metric, k.value, k.target, k.low, k.high, k.numerator, k.denominator, k.n, k.value - p.value as change,
        m.name_zh, m.name_en, m.definition_zh, m.definition_en
    from marts.fct_kpis_monthly k
    join marts.dim_metric m on m.metric = k.metric
    left join marts.fct_kpis_monthly p
        on p.tenant_id = k.tenant_id and p.metric = k.metric and p.month = $before
    where k.tenant_id = $tenant_id and k.month = $month and m.unit = 'rate'
    order by k.n = 0, k.target is null, k.metric
"""


def monthly_report(marts: TenantMarts, words: Words, tenant: str, month: date) -> Report:
    """Return the report of a month, given by its first day.

    Raises:
        NothingToReport: the release has no figures of the month.
    """
    rows = kpis.monthly(marts)
    known = [period.date() for period in sorted(rows["period"].unique())]
    if month not in known:
        raise NothingToReport(
            words("report_no_month", month=words.month(month))
            + (
                words("report_months", first=words.month(known[0]), last=words.month(known[-1]))
                if known
                else ""
            )
        )
    first = max(known[0], months_back(month, kpis.DEFAULT_MONTHS - 1))
    figures = kpis.figures(rows, first, month, words.language)
    last_fact = kpis.last_fact_date(marts)
    rates = marts.rows(_RATES, month=month, before=months_back(month, 1))
    course = rows[(rows["period"] >= pd.Timestamp(first)) & (rows["period"] <= pd.Timestamp(month))]
    blocks: list[Block] = []
    if last_fact is not None and last_fact >= month and not is_over(month, last_fact):
        blocks.append(Note(words("month_is_partial", month=words.month(month), day=words.day(last_fact))))
    blocks += [
        Cards([_card(words, figure) for figure in figures]),
        *_alerts(words, marts, month),
        *_trends(words, figures, course),
        *_redeemed(words, marts, month),
        *_points(words, marts, first, month),
        Heading(words("report_all_figures")),
        Rows(_rates_table(words, rates)),
        Rows(_course_table(words, figures, course)),
        Heading(words("report_definitions")),
        Definitions([(row[f"name_{words.language}"], row[f"definition_{words.language}"]) for _, row in rates.iterrows()]),
    ]  # fmt: skip
    return Report(
        language=words.language,
        title=words("monthly_report"),
        tenant=tenant,
        period=words.month(month),
        complete_until=marts.release.complete_until,
        as_of=as_of(words, marts.release),
        source=source(words, marts.release),
        answer=headline(words, month, figures),
        blocks=blocks,
    )


def _card(words: Words, figure: Figure) -> Card:
    return Card(
        figure.name,
        words.rate(figure.value),
        f"{words('target', target=words.goal(figure.target))} · {standing(words, figure)}",
        "" if figure.change is None else f"{words('against_last_month')} {words.change(figure.change)}",
        f"{figure.denominator_name} {words.count(figure.n)}",
        _TONES[figure.meets_target],
    )


def _alerts(words: Words, marts: TenantMarts, month: date) -> list[Block]:
    found = overview_view.missed(words, marts, month)
    notes = [Note(overview_view.alert_sentence(words, alert), is_warning=True) for alert in found]
    return [Heading(words("alerts", month=words.month(month))), *notes] if notes else []


def _trends(words: Words, figures: list[Figure], course: pd.DataFrame) -> list[Block]:
    blocks: list[Block] = [Heading(words("report_course"))]
    for figure in figures:
        of_metric = course[course["metric"] == figure.metric]
        chart = None
        if of_metric["value"].notna().any():
            chart = charts.trend(
                of_metric[["period", "value", "low", "high", "target"]],
                is_daily=False,
                target_label=words("target", target=words.goal(figure.target)),
                value_label=figure.name,
                period_label=words("month"),
            ).properties(height=190)
        note = "" if chart is not None else words("no_values", name=figure.name)
        blocks.append(Picture(figure.name, chart, words("trend_alt", name=figure.name), note, "half"))
    return blocks


def _redeemed(words: Words, marts: TenantMarts, month: date) -> list[Block]:
    """Return the funnel and what was redeemed, nothing of a release from before them."""
    if marts.lacks(*funnel.TABLES, *items.TABLES):
        return []
    found = funnel.funnel(marts, month)
    performance = with_category_names(marts, items.performance(marts, month), words.language)
    categories, bands = items.groups(performance, "category"), named_bands(words, performance)
    categories = categories.sort_values(["redemptions", "category"], ascending=[False, True])
    count = words("n_redemptions", n=words.count(categories["redemptions"].sum()))
    shares: list[Block] = []
    for rows, title, group in (
        (categories, words("redeemed_by_category"), words("category")),
        (bands, words("redeemed_by_price"), words("price_band")),
    ):
        drawn = overview_view.share_chart(words, rows, group)
        shares.append(Picture(title, drawn, title, count if drawn else words("nothing_redeemed"), "half"))
    chart, legend = None, words("nobody_came")
    if found is not None and found.counts["visitor"]:
        chart = overview_view.funnel_chart(words, found).properties(height=150)
        meaning = definitions(words, marts)("funnel") + words("full_stop")
        legend = words("between_sentences").join([meaning, overview_view.funnel_legend(words, found)])
    return [
        Heading(words("report_members_and_items")),
        Picture(words("funnel"), chart, words("funnel_alt"), legend),
        *shares,
        Rows(_groups_table(words, "categories", words("redeemed_by_category"), categories, "category", words("category")), 12),
        Rows(_groups_table(words, "price_bands", words("redeemed_by_price"), bands, "name", words("price_band"))),
    ]  # fmt: skip


def _points(words: Words, marts: TenantMarts, first: date, month: date) -> list[Block]:
    """Return the flow of points up to the month and what expires next, nothing of a release from before them."""
    if marts.lacks(*points.TABLES):
        return []
    flows = points.flows(marts)
    shown = flows[(flows["month"] >= pd.Timestamp(first)) & (flows["month"] <= pd.Timestamp(month))]
    if shown.empty:
        return []
    lots, waves = points.cohorts(marts, month), points.expiry(marts)
    now, _ = points.standings(flows, points.liability(marts), waves, shown["month"].iloc[-1].date())
    wave = None
    if not waves.empty:
        wave = points_view.wave_chart(words, waves, now.wave.until if now.wave else None)
    legend = words("nothing_expires")
    if wave is not None:
        legend = words("expiry_legend", day=words.day(waves["as_of_date"].iloc[0]))
    flow_table, _, expiry_table = points_view.tables(words, shown, lots, waves)
    return [
        Heading(words("report_points")),
        Note(points_view.answer(words, now)),
        Picture(
            words("points_flows"),
            points_view.flows_chart(words, shown).properties(height=220),
            words("points_flows_alt", first=words.month(first), last=words.month(month)),
            words("points_flows_legend"),
        ),
        Picture(words("expiry_wave"), wave, words("expiry_alt"), legend),
        Rows(flow_table),
        Rows(expiry_table, 12),
    ]


def _rates_table(words: Words, rates: pd.DataFrame) -> Table:
    return Table(
        "figures",
        words("report_figures"),
        rates,
        [
            Column(f"name_{words.language}", words("metric"), "text"),
            Column("value", words("value"), "rate"),
            Column("target", words("target_column"), "rate"),
            Column("change", words("report_change"), "change"),
            Column("low", words("low"), "rate"),
            Column("high", words("high"), "rate"),
            Column("numerator", words("numerator"), "count", is_on_page=False),
            Column("denominator", words("denominator"), "count", is_on_page=False),
            Column("n", words("report_sample"), "count"),
        ],
    )


def _course_table(words: Words, figures: list[Figure], course: pd.DataFrame) -> Table:
    wide = course.pivot(index="period", columns="metric", values="value").reset_index()
    return Table(
        "course",
        words("report_course"),
        wide.sort_values("period", ascending=False),
        [
            Column("period", words("month"), "month"),
            *(Column(figure.metric, figure.name, "rate") for figure in figures),
        ],
    )


def _groups_table(words: Words, key: str, title: str, rows: pd.DataFrame, name: str, group: str) -> Table:
    return Table(
        key,
        title,
        rows,
        [
            Column(name, group, "text"),
            Column("items", words("items_word"), "count"),
            Column("views", words("views"), "count"),
            Column("redemptions", words("redemptions"), "count"),
            Column("share", words("share_of_redemptions"), "rate"),
            Column("points", words("points_word"), "count"),
            Column("share_of_points", words("share_of_points"), "rate"),
        ],
    )
