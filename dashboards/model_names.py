"""The names of models, of what they are measured by and of their parameters, in words."""

from dashboards.words import Words

_MODELS = {
    "two_stage": "model_two_stage",
    "popularity": "model_popularity",
    "personal_frequency": "model_personal_frequency",
    "tifu_knn": "model_tifu_knn",
    "ease": "model_ease",
    "item_neighbours": "model_item_neighbours",
    "transitions": "model_transitions",
    "combination": "model_combination",
    "boosted_median": "model_boosted_median",
    "boosted_mean": "model_boosted_mean",
    "boosted_root": "model_boosted_root",
    "boosted_on_base": "model_boosted_on_base",
    "aligned_base": "model_aligned_base",
    "decomposition": "model_decomposition",
    "seasonal_smoothing": "model_seasonal_smoothing",
    "intermittent": "model_intermittent",
    "weekday_means": "model_weekday_means",
    "seasonal_naive": "model_seasonal_naive",
    "new_items": "model_new_items",
    "reconciled": "model_reconciled",
}
_METRICS = {
    "ndcg": "metric_ndcg",
    "recall": "metric_recall",
    "hit": "metric_hit",
    "coverage": "metric_coverage",
    "wape": "metric_wape",
    "mase": "metric_mase",
    "coverage_90": "metric_coverage_90",
    "bias": "metric_bias",
}
_RATES = ("recall", "hit", "coverage", "wape", "coverage_90", "bias")
_PARAMETERS = {
    "horizon_days": "parameter_horizon_days",
    "n_lessons": "parameter_n_lessons",
    "l2": "parameter_l2",
    "novel_discount": "parameter_novel_discount",
    "max_lesson_members": "parameter_max_lesson_members",
    "max_rows": "parameter_max_rows",
    "quotas.own": "parameter_quota_own",
    "quotas.ease": "parameter_quota_ease",
    "quotas.ease_recency": "parameter_quota_ease_recency",
    "quotas.neighbours": "parameter_quota_neighbours",
    "quotas.followers": "parameter_quota_followers",
    "quotas.popular": "parameter_quota_popular",
    "max_iter": "parameter_max_iter",
    "max_leaf_nodes": "parameter_max_leaf_nodes",
    "min_samples_leaf": "parameter_min_samples_leaf",
    "l2_regularization": "parameter_l2_regularization",
    "max_features": "parameter_max_features",
    "learning_rate": "parameter_learning_rate",
    "half_life_active_days": "parameter_half_life_active_days",
    "group_size": "parameter_group_size",
    "within_decay": "parameter_within_decay",
    "group_decay": "parameter_group_decay",
    "own_share": "parameter_own_share",
    "n_near": "parameter_n_near",
    "n_neighbours": "parameter_n_neighbours",
    "n_followers": "parameter_n_followers",
    "max_members": "parameter_max_members",
    "max_items": "parameter_max_items",
    "max_history": "parameter_max_history",
    "weighting": "parameter_weighting",
    "steps": "parameter_steps",
    "half_life": "parameter_half_life",
}
_WEIGHTS = "weights"
_RANKERS = ("general", "novel")


def model_name(words: Words, model: str) -> str:
    """Return a model's name as people say it; one without words keeps its own."""
    return words(_MODELS[model]) if model in _MODELS else model


def metric_name(words: Words, metric: str, k: int | None) -> str:
    """Return a measure's name with the length of the lists it is of; one without words keeps its own."""
    if metric.startswith("pinball_"):
        name = words("metric_pinball", quantile=int(metric.removeprefix("pinball_")))
    else:
        name = words(_METRICS[metric]) if metric in _METRICS else metric
    return name if k is None else f"{name}@{k}"


def is_rate(metric: str) -> bool:
    """Tell whether a measure is a share, said in per cent: of demand, of the lists, of the items or of the days."""
    return metric in _RATES or metric.startswith("pinball_")


def parameter_name(words: Words, name: str) -> str:
    """Return a parameter as people say it; one without words keeps its own name.

    Those of rankers come as `general.1.max_iter`: the first ranker of lists of anything; the share of a member in a
    combination as `weights.decomposition`.
    """
    if name in _PARAMETERS:
        return words(_PARAMETERS[name])
    ranker, _, rest = name.partition(".")
    if ranker == _WEIGHTS:
        return words("parameter_weight", name=model_name(words, rest))
    number, _, part = rest.partition(".")
    if ranker in _RANKERS and part in _PARAMETERS:
        return words("parameter_of_ranker", number=number, name=words(_PARAMETERS[part]))
    return name


def parameter_value(value: bool | int | float | str) -> str:
    """Return a parameter's value as text: thousands separated, no digit it does not need."""
    if isinstance(value, str | bool):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
