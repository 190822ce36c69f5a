"""A model of sentiment for the texts of a simulated world, learnt from others of the same phrases."""

from pathlib import Path

import numpy as np

from orchestration import durable
from orchestration.cli.world.phrases import CLOSINGS, FEELINGS, FOLLOWS, MOODS, OPENINGS, pick, review_of
from orchestration.cli.world.presets import CATEGORIES
from recommender.sentiment.model import told
from recommender.sentiment.texts import labelled
from recommender.sentiment.training import train

# Not drawn from the seed of any world, so that no text of one is learnt from.
_SEED = 20_260_101
_TEXTS = 1_200


def learn(file: Path) -> None:
    """Write the model to a file, from which the worker can read it, too; always the same one."""
    rng = np.random.default_rng(_SEED)
    happenings = tuple(OPENINGS)
    texts: dict[str, str] = {}
    for n in range(_TEXTS):
        mood = MOODS[n % len(MOODS)]
        item = CATEGORIES[int(rng.integers(len(CATEGORIES)))].name
        if rng.random() < 0.5:
            text = review_of(mood, item, rng)
        else:
            happened = happenings[int(rng.integers(len(happenings)))]
            text = "\n".join(
                (
                    f"{pick(OPENINGS[happened], rng, item)}，{pick(FEELINGS[mood], rng)}",
                    pick(FOLLOWS[mood], rng),
                    pick(CLOSINGS[mood], rng),
                )
            )
        texts[text] = mood
    durable.write_text(file, told(train(labelled(list(texts), list(texts.values())))))
