"""Slates of ten: the best of a policy's ranking that a member can have now, and a place by chance for what is new."""

from dataclasses import dataclass

import numpy as np

from orchestration.cli.experiment.choice import NOTHING, PLACES
from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from recommender.ranking.model import RankingModel, blocks

# Of a model's list so much is its own; what follows is by popularity, and what it has never met comes last.
_LENGTH = 100


@dataclass(frozen=True)
class Policy:
    """Decides what members see.

    Attributes:
        ranking: each member's items, best first, shape (members, items).
        explores: whether one place of a slate is kept for an item that is new.
    """

    name: str
    ranking: IntArray
    explores: bool = False

    def slates(
        self, member: IntArray, is_available: BoolArray, is_new: BoolArray, rng: np.random.Generator
    ) -> IntArray:
        """Return the items shown to each of these members, shape (rows, PLACES), NOTHING where none is left.

        An explored item is drawn evenly from the new ones that the member can have, and so is its place: each has
        the propensity 1 / (new items × places).

        Args:
            is_available: shape (rows, items).
            is_new: one per item.
        """
        if not self.explores:
            return best_of(self.ranking[member], is_available)
        explored = _one_of(is_available & is_new, rng)
        has_one = np.flatnonzero(explored != NOTHING)
        others = is_available.copy()
        others[has_one, explored[has_one]] = False
        shown = best_of(self.ranking[member], others)
        filled = (shown[has_one] != NOTHING).sum(axis=1)
        place = rng.integers(0, np.minimum(filled + 1, PLACES))
        shown[has_one] = _inserted(shown[has_one], explored[has_one], place)
        return shown


def best_of(ranking: IntArray, is_available: BoolArray) -> IntArray:
    """Return the first PLACES available items of each ranking, NOTHING where they do not suffice."""
    can = np.take_along_axis(is_available, ranking, axis=1)
    place = np.argsort(~can, axis=1, kind="stable")[:, :PLACES]
    shown = np.take_along_axis(ranking, place, axis=1)
    return np.where(np.take_along_axis(can, place, axis=1), shown, NOTHING)


def ranking_of(
    model: RankingModel, member_ids: list[str], item_ids: list[str], is_eligible: BoolArray, popular: IntArray
) -> IntArray:
    """Return the whole shop as a fitted model ranks it for each member, shape (members, items).

    Args:
        is_eligible: the items that the model may rank, in the order of `item_ids`.
        popular: all items, most popular first; they follow where the model's list ends.
    """
    number = {item_id: item for item, item_id in enumerate(item_ids)}
    known = np.array([number[item_id] for item_id in model.item_ids_], dtype=np.int64)
    place = np.empty(len(item_ids), dtype=np.int64)
    place[popular] = np.arange(len(item_ids)) + len(item_ids)
    places = np.tile(place, (len(member_ids), 1))
    codes = model.member_codes(member_ids)
    for block in blocks(len(codes), model.block_size()):
        found = model.ranked(codes[block], _LENGTH, is_eligible[known], exclude_seen=False)
        places[block.start + found.row, known[found.item]] = found.rank
    return np.argsort(places, axis=1, kind="stable")


def popularity_order(share: FloatArray, known: IntArray, items: int) -> IntArray:
    """Return all items, the most popular first, then those of which no share is known.

    Args:
        share: of each known item.
    """
    popularity = np.full(items, -1.0)
    popularity[known] = share
    return np.argsort(-popularity, kind="stable")


def _one_of(is_candidate: BoolArray, rng: np.random.Generator) -> IntArray:
    """Draw one candidate of each row evenly, NOTHING where there is none."""
    mark = np.where(is_candidate, rng.random(is_candidate.shape), -1.0)
    return np.where(is_candidate.any(axis=1), mark.argmax(axis=1), NOTHING)


def _inserted(shown: IntArray, item: IntArray, place: IntArray) -> IntArray:
    """Return rows with an item put in at a place; what stood there and after it moves down, the last one out."""
    number = np.arange(shown.shape[1])
    moved = np.concatenate([shown[:, :1], shown[:, :-1]], axis=1)
    found = np.where(number < place[:, None], shown, moved)
    found[np.arange(len(shown)), place] = item
    return found
