"""The recipe on a window it has never seen, beside every baseline as it was tuned on the window before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sklearn.base import clone

from recommender.ranking.catalogue import catalogue_of
from recommender.ranking.choice import FAMILIES
from recommender.ranking.comparison import JUDGED_BY, Comparison, compare
from recommender.ranking.contest import Report
from recommender.ranking.measurement import Floats, Key, lists_of, measure, sought_in
from recommender.ranking.model import RankingModel
from recommender.ranking.recipe import Recipe
from recommender.ranking.snapshots import Snapshot

RECIPE = "recipe"


@dataclass(frozen=True)
class Trial:
    """What a window says of a fitted recipe and of baselines, by slice; None where nobody took anything.

    Attributes:
        baselines: unfitted, by slice and name.
    """

    recipe: Recipe
    baselines: Mapping[str, Mapping[str, RankingModel]]
    comparisons: Mapping[str, Comparison | None]


def hold_trial(
    recipe: Recipe,
    snapshot: Snapshot,
    *,
    slices: Sequence[str],
    ks: Sequence[int],
    seed: int,
    report: Report = lambda _: None,
) -> Trial:
    """Fit the recipe and its baselines on the snapshot's past, and score their lists by what followed.

    Members whom the past does not know are not scored; items it does not know are missed by every list.

    Raises:
        InvalidFrame: the past is empty.
    """
    past = snapshot.past
    recipe.fit(past)
    catalogue = catalogue_of(past, recipe.candidate().known_items())
    soughts = {name: sought_in(snapshot, name) for name in slices}
    all_ks = tuple(sorted({*ks, JUDGED_BY[1]}))
    measured: dict[str, dict[str, dict[Key, Floats]]] = {name: {} for name in slices}

    def score(name: str, model: RankingModel, slice_name: str) -> None:
        report(f"scoring {name} on {slice_name}")
        sought = soughts[slice_name]
        lists = lists_of(model, sought.codes, all_ks[-1], exclude_seen=sought.is_novel)
        measured[slice_name][name] = measure(lists, sought, catalogue, all_ks)

    asked = [name for name in slices if len(soughts[name].codes)]
    for slice_name in asked:
        score(RECIPE, recipe, slice_name)
    baselines = _baselines(recipe, slices)
    for name in sorted({name for slice_name in asked for name in baselines[slice_name]}):
        fitted: RankingModel | None = None
        for slice_name in asked:
            model = baselines[slice_name][name]
            if fitted is None or fitted.get_params() != model.get_params():
                report(f"fitting {name}")
                fitted = clone(model, safe=False).fit(past)
            score(name, fitted, slice_name)
    report("drawing resamples")
    return Trial(
        recipe,
        baselines,
        {
            name: compare(
                measured[name], candidate=RECIPE, wanted=sought.wanted, history=sought.history, seed=seed
            )
            if len(sought.codes)
            else None
            for name, sought in soughts.items()
        },
    )


def _baselines(recipe: Recipe, slices: Sequence[str]) -> dict[str, dict[str, RankingModel]]:
    """Return the baselines as tuned, or as they come where there was no window to tune them on."""
    if recipe.choice_ is not None:
        return {name: recipe.choice_.tuned(name) for name in slices}
    return {slice_name: {name: family() for name, family in FAMILIES.items()} for slice_name in slices}
