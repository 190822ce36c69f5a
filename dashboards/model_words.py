"""The sentences about models: what is in use and why, what it learnt from, and where it ends."""

from collections.abc import Iterator

from dashboards.forecasts import BASELINE as FORECAST_BASELINE
from dashboards.model_cards import JUDGED_BY, Area, Card, Standing
from dashboards.model_names import metric_name, model_name
from dashboards.words import NOTHING, Words, literally

_USES = {"all": "use_all", "novel": "use_novel", "category": "use_category", "item": "use_item"}
_ANSWERS = {
    "better": "models_answer_better",
    "worse": "models_answer_worse",
    "equal": "models_answer_equal",
    "alone": "models_answer_alone",
}
_LEARNT_FROM = {
    "members": "learnt_members",
    "items": "learnt_items",
    "redeemed_lines": "learnt_lines",
    "active_days": "learnt_active_days",
    "series": "learnt_series",
    "units": "learnt_units",
    "series_days": "learnt_series_days",
    "days": "learnt_days",
}
# What a limit is a part of, where its share says more.
_WHOLES = {
    "members_without_history": "members_listed",
    "members_under_5_lines": "members_listed",
    "lists_kept": "members_listed",
    "items_without_history": "items_offered",
}
_LIMITS = {
    "members_without_history": "limit_members_without_history",
    "members_under_5_lines": "limit_members_under_5_lines",
    "items_without_history": "limit_items_without_history",
    "lists_kept": "limit_lists_kept",
    "unknown_item_share": "limit_unknown_item_share",
    "unknown_member_share": "limit_unknown_member_share",
    "unknown_series_share": "limit_unknown_series_share",
    "series_without_forecast": "limit_series_without_forecast",
    "data_age_days": "limit_data_age_days",
}


def judged_name(words: Words, area: Area) -> str:
    """Return the name of the measure that decides."""
    metric, k, _ = JUDGED_BY[area]
    return metric_name(words, metric, k)


def measured(words: Words, area: Area, value: float | None) -> str:
    """Return a value of the measure that decides: a share of errors in per cent, else three decimals."""
    if value is None:
        return NOTHING
    return words.rate(value) if area == "demand" else f"{value:.3f}"


def interval(words: Words, area: Area, low: float | None, high: float | None) -> str:
    """Return a 95 % interval, or that there is none."""
    if low is None or high is None:
        return words("no_interval")
    return words("interval", low=measured(words, area, low), high=measured(words, area, high))


def rival(words: Words, area: Area, model: str) -> str:
    """Return what the model is that another one is compared with.

    Forecasts have one baseline; what the combination is made of is a member of it.
    """
    if area == "ranking":
        return words("rival_baseline")
    return words("only_baseline" if model == FORECAST_BASELINE else "rival_member")


def rival_title(words: Words, area: Area, model: str) -> str:
    """Return the title of the figure of the model that another one is compared with."""
    name = literally(model_name(words, model))
    if area == "ranking":
        return words("strongest_baseline", model=name)
    return words("the_baseline" if model == FORECAST_BASELINE else "strongest_member", model=name)


def answer(words: Words, area: Area, slice_name: str, card: Card | None, found: Standing | None) -> str:
    """Return the sentence of the page: what is in use since when, and how much better than what it had to beat.

    One of card and standing is there.
    """
    use = words(_USES[slice_name])
    model = card.model if card else found.model if found else ""
    name = literally(model_name(words, model))
    begun = (
        words("in_use_unknown") if card is None else words("in_use_since", day=words.day(card.released_since))
    )
    if found is None:
        return words("models_answer_unmeasured", use=use, model=name, begun=begun)
    gain = 0.0 if found.verdict == "alone" else abs(found.gain)
    chance = ""
    if found.verdict in ("better", "worse"):
        chance = words("beyond_chance" if found.is_beyond_chance else "within_chance")
        if found.ratio_low is not None and found.ratio_high is not None:
            chance += words("paired", low=f"{found.ratio_low:.3f}", high=f"{found.ratio_high:.3f}")
    return words(
        _ANSWERS[found.verdict],
        use=use,
        model=name,
        begun=begun,
        metric=judged_name(words, area),
        value=measured(words, area, found.value),
        gain=words.rate(gain),
        rival=rival(words, area, found.baseline or ""),
        baseline=literally(model_name(words, found.baseline or "")),
        chance=chance,
    )


def decision(words: Words, area: Area, card: Card) -> str:
    """Return why the model is in use: what the validation window said, or why there was nothing to choose."""
    window = card.validation
    if card.gate is None:
        if window is None:
            return words("gate_too_short", model=literally(model_name(words, card.model)))
        return words(
            "gate_too_few", n=words.count(window.units), model=literally(model_name(words, card.model))
        )
    gate = card.gate
    candidate = literally(model_name(words, gate["candidate"]))
    baseline = literally(model_name(words, gate["strongest_baseline"]))
    is_passed = gate["released"] == gate["candidate"]
    return words(
        "gate_passed" if is_passed else "gate_failed",
        metric=judged_name(words, area),
        candidate=candidate,
        value=measured(words, area, gate["candidate_value"]),
        rival=rival(words, area, gate["strongest_baseline"]),
        baseline=baseline,
        baseline_value=measured(words, area, gate["baseline_value"]),
    )


def learnt_from(words: Words, card: Card) -> list[str]:
    """Return what the model learnt from, each count with its word; the first is the broadest."""
    return [
        words(_LEARNT_FROM[name], n=words.count(count))
        for name, count in card.learnt_from.items()
        if name in _LEARNT_FROM
    ]


def limits(words: Words, card: Card) -> list[str]:
    """Return a sentence for each limit that applies."""
    return list(_limits(words, card))


def _limits(words: Words, card: Card) -> Iterator[str]:
    for name, key in _LIMITS.items():
        value = card.limits.get(name, 0)
        if value > 0:
            whole = card.limits.get(_WHOLES.get(name, ""), 0)
            share = value if whole == 0 else value / whole
            yield words(key, n=words.count(value), whole=words.count(whole), share=words.rate(share))
    chosen_by, members = card.limits.get("members_chosen_by", 0), card.learnt_from.get("members", 0)
    if 0 < chosen_by < members:
        yield words("limit_members_chosen_by", n=words.count(chosen_by), whole=words.count(members))
    spell, days = card.limits.get("spell_days", 0), card.learnt_from.get("days", 0)
    if 0 < spell < days:
        yield words("limit_spell_days", n=words.count(spell), whole=words.count(days))
