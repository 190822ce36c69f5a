"""A forecast as a reader sees it: what is expected, the fan beside history and last year, and how far to trust it."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboards import charts, forecasts
from dashboards.forecasts import Forecast, Level
from dashboards.holidays import Holiday, holidays_between, year_before
from dashboards.marts import TenantMarts
from dashboards.model_names import model_name
from dashboards.page import BUSINESS_ZONE
from dashboards.words import Words, literally

# How long after the holiday the chart looks: last year's fall is this year's left-overs.
_AFTER_HOLIDAY = timedelta(days=7)


def show_forecast(
    words: Words, marts: TenantMarts, level: Level, series_id: str, *, name: str, holiday: Holiday | None
) -> Forecast:
    """Show the forecast of a series, with last year's days under this year's as far from the same holiday."""
    found = forecasts.forecast(marts, level, series_id)
    st.subheader(words("forecast_of", name=literally(name)), anchor=False)
    st.markdown(
        words(
            "expected",
            name=literally(name),
            first=words.day(found.first_date),
            last=words.day(found.last_date),
            total=words.count(found.expected("mean")),
            low=words.count(found.expected("q05")),
            high=words.count(found.expected("q95")),
        ),
        help=words("interval_is_wide"),
    )
    if found.starts_long_before(marts.release.complete_until.astimezone(BUSINESS_ZONE).date()):
        st.info(words("starts_long_ago", day=words.day(found.origin_date)), icon=":material/history:")
    _show_chart(words, marts, level, series_id, found, name=name, holiday=holiday)
    measured = forecasts.errors(marts, level, found.model)
    st.caption(_model_sentence(words, found.model, measured), help=words("past_error_meaning"))
    return found


def _show_chart(
    words: Words,
    marts: TenantMarts,
    level: Level,
    series_id: str,
    found: Forecast,
    *,
    name: str,
    holiday: Holiday | None,
) -> None:
    first, last = found.origin_date - timedelta(days=forecasts.HISTORY_DAYS), found.last_date
    past = pd.DataFrame({"date": pd.to_datetime([]), "own_date": pd.to_datetime([]), "quantity": []})
    if holiday is not None:
        last = max(last, holiday.last_day + _AFTER_HOLIDAY)
        before = year_before(marts, holiday)
        if before is not None:
            shift = holiday.first_day - before
            past = forecasts.aligned(marts, level, series_id, first=first, last=last, shift=shift)
    marked = holidays_between(marts, first, last).rename(columns={f"name_{words.language}": "name"})
    chosen = (holiday.occasion_id, pd.Timestamp(holiday.first_day)) if holiday else None
    pairs = zip(marked["occasion_id"], marked["holiday_date"], strict=True)
    st.altair_chart(
        charts.fan(
            found.history,
            found.days,
            last_year=past,
            holidays=marked.assign(is_chosen=[pair == chosen for pair in pairs]),
            origin=found.origin_date,
            labels={
                "date": words("day"),
                "history": words("issued"),
                "out_of_stock": words("out_of_stock"),
                "forecast": words("median"),
                "low": words("q05"),
                "high": words("q95"),
                "origin": words("until", day=words.short_day(found.origin_date)),
                "last_year": words("last_year"),
                "own_date": words("own_date"),
            },
        ),
        alt=words("fan_alt", name=name),
    )
    told = [words("fan_legend")]
    if holiday is not None:
        told.append(words("no_last_year" if past.empty else "last_year_legend"))
        if found.last_date < holiday.last_day:
            told.append(words("fan_ends_early", day=words.day(found.last_date)))
    missing = int((~found.history["is_in_stock"].astype(bool)).sum())
    if missing:
        told.append(words("days_out_of_stock", days=missing))
    st.caption(words("between_sentences").join(told))


def _model_sentence(words: Words, model: str, measured: tuple[float, float] | None) -> str:
    """Return how good the model was so far, against repeating the week before."""
    if model == forecasts.BASELINE:
        return words("model_is_baseline")
    name = literally(model_name(words, model))
    if measured is None:
        return words("model_not_measured", model=name)
    error, baseline = map(words.rate, measured)
    return words("model_measured", model=name, error=error, baseline=baseline)
