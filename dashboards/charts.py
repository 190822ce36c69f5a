"""The charts, all in the house style: direct labels, thin target lines, bands for intervals."""

from datetime import date

import altair as alt
import pandas as pd

from dashboards.house_style import ACCENT, FONT, QUIET, WARNING

# What altair.layer returns.
Chart = alt.LayerChart | alt.FacetChart

_HEIGHT = 300
_MARKS = 62
# So many months have their names under the axis.
_MOST_NAMES = 6
_SMALL_RATE = 0.05
_YEAR = pd.Timedelta(days=366)


def trend(
    rows: pd.DataFrame, *, is_daily: bool, target_label: str | None, value_label: str, period_label: str
) -> Chart:
    """Draw one rate over time with its target, if labelled, and its interval where there is one.

    `rows` has period, value, low, high, target (rates 0-1); a period without a value is a gap.
    """
    goal = [] if target_label is None else [rows["target"].max()]
    top = max(rows["value"].max(), rows["high"].max(), *goal)
    scale = alt.Scale(domain=[0, min(1.0, top * 1.1) if top <= 1 else top * 1.1])
    time = _time("period", "%m-%d" if is_daily else "%Y-%m", every="week" if is_daily else "month", rows=rows)
    # Whole per cents would show all the ticks of a small rate as 0%.
    axis = alt.Axis(format=".0%" if top >= _SMALL_RATE else ".3~%", tickCount=5)
    rate = alt.Y("value:Q", title=None, scale=scale, axis=axis)
    tooltip = [
        alt.Tooltip("period:T", title=period_label, format="%Y-%m-%d" if is_daily else "%Y-%m"),
        alt.Tooltip("value:Q", title=value_label, format=".2%"),
    ]
    base = alt.Chart(rows).encode(x=time)
    band = base.mark_area(color=ACCENT, opacity=0.18).encode(
        y=alt.Y("low:Q", scale=scale, title=None), y2="high:Q"
    )
    # Days are too many for a mark each, unless a gap could leave one without neighbours.
    has_marks = len(rows) <= _MARKS or rows["value"].isna().any()
    mark = {"color": ACCENT, "size": 18 if is_daily else 45, "filled": True} if has_marks else False
    line = base.mark_line(color=ACCENT, strokeWidth=2, point=mark).encode(y=rate, tooltip=tooltip)
    layers = [band, line, *([] if target_label is None else _target(rows, target_label, scale))]
    return styled(alt.layer(*layers))


def fan(
    history: pd.DataFrame,
    days: pd.DataFrame,
    *,
    last_year: pd.DataFrame,
    holidays: pd.DataFrame,
    origin: date,
    labels: dict[str, str],
) -> Chart:
    """Draw the history, the forecast fan after it, and last year's days under those of this year they belong to.

    `history` has date, quantity, is_in_stock; `days` has date, q05, q50, q95 (units); `last_year` has date, on which it
    is drawn, own_date and quantity; `holidays` has holiday_date, name and is_chosen. `labels` names history, forecast,
    low, high, origin, out_of_stock, last_year, own_date and date.
    """
    every = pd.concat([history["date"], days["date"], last_year["date"], holidays["holiday_date"]])
    time = _time("date", "%m-%d", every="week", rows=pd.DataFrame({"period": every}))
    # Whole pieces: half of one would be written as the next.
    axis = alt.Axis(tickCount=5, tickMinStep=1, format=",d")
    day = alt.Tooltip("date:T", title=labels["date"], format="%Y-%m-%d")
    past = (
        alt.Chart(history)
        .mark_line(color=QUIET, strokeWidth=1.5)
        .encode(
            x=time,
            y=alt.Y("quantity:Q", title=None, axis=axis),
            tooltip=[day, alt.Tooltip("quantity:Q", title=labels["history"], format=",.0f")],
        )
    )
    missing = (
        alt.Chart(history[~history["is_in_stock"].astype(bool)])
        .mark_point(color=WARNING, shape="triangle-down", filled=True, size=55)
        .encode(
            x="date:T", y="quantity:Q", tooltip=[day, alt.Tooltip("quantity:Q", title=labels["out_of_stock"])]
        )
    )
    before = (
        alt.Chart(last_year)
        .mark_line(color=WARNING, strokeWidth=1.5, strokeDash=[4, 3])
        .encode(
            x=time,
            y=alt.Y("quantity:Q", title=None),
            tooltip=[
                day,
                alt.Tooltip("own_date:T", title=labels["own_date"], format="%Y-%m-%d"),
                alt.Tooltip("quantity:Q", title=labels["last_year"], format=",.0f"),
            ],
        )
    )
    future = alt.Chart(days).encode(x="date:T")
    band = future.mark_area(color=ACCENT, opacity=0.2).encode(y=alt.Y("q05:Q", title=None), y2="q95:Q")
    middle = future.mark_line(color=ACCENT, strokeWidth=2).encode(
        y="q50:Q",
        tooltip=[
            day,
            alt.Tooltip("q50:Q", title=labels["forecast"], format=",.1f"),
            alt.Tooltip("q05:Q", title=labels["low"], format=",.1f"),
            alt.Tooltip("q95:Q", title=labels["high"], format=",.1f"),
        ],
    )
    now = pd.DataFrame({"date": [pd.Timestamp(origin)], "text": [labels["origin"]]})
    rule = alt.Chart(now).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x="date:T")
    mark = (
        alt.Chart(now)
        .mark_text(color=QUIET, align="right", dx=-5, baseline="top", font=FONT)
        .encode(x="date:T", y=alt.value(0), text="text:N")
    )
    return styled(alt.layer(band, *_holidays(holidays), before, past, missing, middle, rule, mark))


def _holidays(holidays: pd.DataFrame) -> list[alt.Chart]:
    """Mark holidays on the time axis; names that stand close take turns in two lines above the chart."""
    rows = holidays.assign(turn=[-6 - 13 * (place % 2) for place in range(len(holidays))])
    colour = alt.condition("datum.is_chosen", alt.value(ACCENT), alt.value(QUIET))
    rule = (
        alt.Chart(rows)
        .mark_rule()
        .encode(
            x="holiday_date:T",
            color=colour,
            size=alt.condition("datum.is_chosen", alt.value(1.5), alt.value(0.6)),
            tooltip=[alt.Tooltip("name:N"), alt.Tooltip("holiday_date:T", format="%Y-%m-%d")],
        )
    )
    names = [
        alt.Chart(rows[rows["turn"] == turn])
        .mark_text(font=FONT, align="center", baseline="bottom", fontSize=11)
        .encode(x="holiday_date:T", y=alt.value(turn), text="name:N", color=colour)
        for turn in sorted(set(rows["turn"]))
    ]
    return [rule, *names]


def models(rows: pd.DataFrame, *, value_format: str, value_label: str, labels: dict[str, str]) -> Chart:
    """Draw each model's value with its interval, in the order of the rows; the one in use stands out.

    `rows` has name, value, low, high, is_released; `labels` names model, low and high.
    """
    colour = alt.condition("datum.is_released", alt.value(ACCENT), alt.value(QUIET))
    top = max(rows["value"].max(), rows["high"].max())
    scale = alt.Scale(domain=[min(0.0, rows["value"].min()), top * 1.15])
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=180, ticks=False)),
        tooltip=[
            alt.Tooltip("name:N", title=labels["model"]),
            *(
                alt.Tooltip(f"{field}:Q", title=title, format=value_format)
                for field, title in (("value", value_label), ("low", labels["low"]), ("high", labels["high"]))
            ),
        ],
    )
    per_cent = ".0%" if top >= _SMALL_RATE else ".2~%"
    axis = alt.Axis(tickCount=4, format=per_cent if value_format.endswith("%") else ".2~f")
    value = alt.X("value:Q", title=None, scale=scale, axis=axis)
    rule = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", scale=scale, title=None), x2="high:Q", color=colour
    )
    point = base.mark_point(filled=True, size=90, opacity=1).encode(x=value, color=colour)
    # Right of the interval, where nothing else stands.
    label = base.transform_calculate(end="isValid(datum.high) ? datum.high : datum.value").mark_text(
        align="left", dx=8, font=FONT
    ).encode(x=alt.X("end:Q", scale=scale, title=None), text=alt.Text("value:Q", format=value_format), color=colour)  # fmt: skip
    return styled(alt.layer(rule, point, label), height=34 * len(rows) + 40)


def shares_by_month(
    rows: pd.DataFrame, field: str, colours: dict[str, str], *, columns: int | None, labels: dict[str, str]
) -> alt.Chart:
    """Draw what part of a whole each kind is, month by month, one upon the other.

    `rows` has month (text, in order), the kind's name in `field`, share (0-1), told and place, 0 for what stands
    lowest. `colours` are of the kinds by name, in order; `labels` names month, kind and told.
    """
    months = list(dict.fromkeys(rows["month"]))
    step = -(-len(months) // _MOST_NAMES) or 1
    legend = alt.Legend(
        orient="top",
        title=None,
        labelFont=FONT,
        symbolType="square",
        columns=alt.Undefined if columns is None else columns,
    )
    bars: alt.Chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "month:N",
                title=None,
                sort=months,
                axis=alt.Axis(labelAngle=0, values=months[::step], ticks=False),
            ),
            y=alt.Y(
                "share:Q",
                title=None,
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=5),
            ),
            color=alt.Color(
                f"{field}:N",
                scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                legend=legend,
            ),
            order="place:Q",
            tooltip=[
                alt.Tooltip("month:N", title=labels["month"]),
                alt.Tooltip(f"{field}:N", title=labels["kind"]),
                alt.Tooltip("told:N", title=labels["told"]),
            ],
        )
    )
    return bars


def _target(rows: pd.DataFrame, label: str, scale: alt.Scale) -> list[alt.Chart]:
    goal = rows["target"].iloc[-1]
    # The label stands at the end where the line is farther off, on the other side of the rule.
    known = rows["value"].dropna()
    first, last = known.iloc[0] - goal, known.iloc[-1] - goal
    is_left = abs(first) >= abs(last)
    is_below = (first if is_left else last) >= 0
    target = pd.DataFrame({"target": [goal], "text": [label]})
    y = alt.Y("target:Q", scale=scale, title=None)
    rule = alt.Chart(target).mark_rule(color=WARNING, strokeWidth=1, strokeDash=[5, 3]).encode(y=y)
    text = (
        alt.Chart(target)
        .mark_text(
            color=WARNING,
            align="left" if is_left else "right",
            dx=4 if is_left else -4,
            dy=9 if is_below else -8,
            font=FONT,
        )
        .encode(y=y, x=alt.value(0 if is_left else "width"), text="text:N")
    )
    return [rule, text]


def _time(field: str, label_format: str, *, every: str, rows: pd.DataFrame) -> alt.X:
    """Place the ticks on first days of months or on Mondays, as many as a phone can show.

    Days of more than one year are told apart by their year.
    """
    first, last = rows["period"].min(), rows["period"].max()
    if last - first > _YEAR and "%Y" not in label_format:
        label_format = f"%Y-{label_format}"
    ticks = pd.date_range(first, last, freq="MS" if every == "month" else "W-MON")
    step = -(-len(ticks) // 6) or 1
    values = [alt.DateTime(year=t.year, month=t.month, date=t.day) for t in ticks[::step]]
    return alt.X(
        f"{field}:T",
        title=None,
        axis=alt.Axis(format=label_format, values=values, labelAngle=0, grid=False, labelOverlap=True),
    )


def styled(chart: Chart, *, height: int = _HEIGHT) -> Chart:
    """Put a chart in the house style."""
    # Names and numbers stand beside what they name, the first and the last too.
    made: Chart = (
        chart.properties(height=height, padding={"right": 12})
        .configure(font=FONT)
        .configure_axisY(labelFlush=False)
    )
    return made
