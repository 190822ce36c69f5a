"""Compares models on texts that none of them learnt from: each set, learnt from itself, from the others, from all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.bootstrap import Estimate, interval_of
from recommender.sentiment import lexicon
from recommender.sentiment.model import Floats, SentimentModel
from recommender.sentiment.texts import LABELS, calibrating, held_out
from recommender.sentiment.training import train

_RESAMPLES: Final = 2_000
_SEED: Final = 7
Labels = NDArray[np.str_]
BASELINES: Final = ("majority", "lexicon")


@dataclass(frozen=True)
class Figures:
    """How well texts of one set were told apart.

    Attributes:
        tested_on: name of the set; `judged_by`: what told them apart, a baseline or the sets that a model learnt from.
        neutral_rate, decided_accuracy: of a learnt model, the texts that it leaves undecided and how often it is right
            about the others; NaN of baselines.
        brier: mean squared difference of score and truth, 0.25 for a coin; NaN of baselines.
    """

    tested_on: str
    judged_by: str
    accuracy: Estimate
    macro_f1: Estimate
    neutral_rate: float
    decided_accuracy: float
    brier: float


def compare(sets: Mapping[str, pd.DataFrame], report: Callable[[str], None]) -> list[Figures]:
    """Hold out a fifth of each set and tell how well it is told apart by each baseline and model.

    Args:
        sets: name → (text, label), as `labelled` gives them.

    Raises:
        TooFewTexts: one of them has too few.
    """
    learnt = {name: texts[~held_out(list(texts["text"]))] for name, texts in sets.items()}
    sources = dict(learnt)
    if len(sets) > 1:
        sources["all sets"] = pd.concat(learnt.values()).drop_duplicates("text")
    models = {}
    for name, texts in sources.items():
        report(f"learning from {name}")
        models[name] = train(texts)
    return [
        figures
        for name, texts in sets.items()
        for figures in figures_of(name, texts[held_out(list(texts["text"]))], learnt[name], models)
    ]


def figures_of(
    name: str, texts: pd.DataFrame, learnt: pd.DataFrame, models: Mapping[str, SentimentModel]
) -> list[Figures]:
    """Return the figures of held-out texts by the baselines and by each model."""
    truth = texts["label"].to_numpy(dtype=str)
    commonest = str(learnt["label"].mode().iloc[0])
    words = lexicon.scores(list(texts["text"]))
    has_neutral = "neutral" in truth
    by_words = np.where(
        words == 1, "positive", np.where(words == 0, "negative", _undecided(learnt, has_neutral))
    )
    found = [
        _measured(name, "majority", truth, np.full(len(truth), commonest)),
        _measured(name, "lexicon", truth, by_words),
    ]
    for source, model in models.items():
        scores = model.scores(list(texts["text"]))
        labels = model.labels(scores)
        # Where no text is neutral, the likelier side is the answer.
        said = labels if has_neutral else np.where(scores >= 0.5, "positive", "negative")
        found.append(_measured(name, source, truth, said, labels=labels, scores=scores))
    return found


def _undecided(learnt: pd.DataFrame, has_neutral: bool) -> str:
    """Return what texts with as much praise as complaint are said to be: what they mostly are, where none is neutral."""
    if has_neutral:
        return "neutral"
    some = learnt[calibrating(list(learnt["text"]))]
    ties = some["label"][lexicon.scores(list(some["text"])) == 0.5]
    return str((ties if len(ties) else learnt["label"]).mode().iloc[0])


def _measured(
    name: str,
    source: str,
    truth: Labels,
    said: Labels,
    *,
    labels: Labels | None = None,
    scores: Floats | None = None,
) -> Figures:
    accuracy, macro_f1 = _estimates(truth, said)
    decided = np.ones(len(truth), dtype=np.bool_) if labels is None else labels != "neutral"
    polar = truth != "neutral"
    return Figures(
        name,
        source,
        accuracy,
        macro_f1,
        float("nan") if labels is None else float(1 - decided.mean()),
        float("nan") if labels is None or not decided.any() else _share(labels[decided] == truth[decided]),
        float("nan")
        if scores is None
        else float(np.mean((scores[polar] - (truth[polar] == "positive")) ** 2)),
    )


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean())


def _estimates(truth: Labels, said: Labels) -> tuple[Estimate, Estimate]:
    """Return accuracy and macro F1 with their bootstrap intervals over texts.

    Both depend on how many texts of each label were said to be of each, so resamples draw those counts.
    """
    cells = np.array([[np.sum((truth == t) & (said == s)) for s in LABELS] for t in LABELS])
    n = int(cells.sum())
    drawn = np.random.default_rng(_SEED).multinomial(n, cells.ravel() / n, size=_RESAMPLES)
    both = np.stack([_accuracy_and_f1(table.reshape(cells.shape)) for table in drawn])
    low, high = interval_of(both)
    values = _accuracy_and_f1(cells)
    accuracy, macro_f1 = (
        Estimate(float(values[i]), float(low[i]), float(high[i]), n) for i in range(len(values))
    )
    return accuracy, macro_f1


def _accuracy_and_f1(cells: NDArray[np.int64]) -> Floats:
    hits = np.diag(cells)
    both = cells.sum(axis=0) + cells.sum(axis=1)
    # A label that nobody has and nobody says does not count.
    per_label = 2 * hits[both > 0] / both[both > 0]
    return np.array([hits.sum() / cells.sum(), per_label.mean()])


def beats_baselines(figures: Sequence[Figures]) -> bool:
    """Tell whether each model judges better than every baseline, by macro F1."""
    baselines = [f.macro_f1.value for f in figures if f.judged_by in BASELINES]
    return all(f.macro_f1.value > max(baselines) for f in figures if f.judged_by not in BASELINES)
