"""What a person's files say: what was shown with which propensity and what came of it, and what a target would show."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import ids_of, labels_of, numbers_of
from orchestration.cli.evaluate.table import FileRefused, Table, read_table

Floats = NDArray[np.float64]

_KEY = ["member_id", "position", "item_id"]
# Sums of many decimals miss 1 by so much.
_SLACK = 1e-6


@dataclass(frozen=True)
class Impressions:
    """The impressions of a file.

    Attributes:
        frame: request_id, member_id, item_id, position (1 where none is told), propensity, reward, and policy if told.
        has_positions: whether the file tells positions.
    """

    file: str
    frame: pd.DataFrame
    has_positions: bool


@dataclass(frozen=True)
class Target:
    """What the target shows to the members that its file names.

    Attributes:
        impressions: those of these members, as in the file of impressions.
        probability: that the target shows each of them.
        mass: of each, all the target's probability for the places that its request has.
        members_without: of the impressions' members whom the target's file does not name.
    """

    file: str
    impressions: pd.DataFrame
    probability: Floats
    mass: Floats
    members_without: int


def read_impressions(path: Path) -> Impressions:
    """Read impressions: `request_id, member_id, item_id, propensity, reward[, position, policy]`.

    Raises:
        FileRefused: the file or a value in it cannot be used.
    """
    table = read_table(
        path,
        required=("request_id", "member_id", "item_id", "propensity", "reward"),
        optional=("position", "policy"),
    )
    frame = pd.DataFrame({name: ids_of(table, name) for name in ("request_id", "member_id", "item_id")})
    has_positions = "position" in table.columns
    frame["position"] = _positions(table) if has_positions else np.int64(1)
    propensity = _given(table, "propensity")
    _refuse(
        table,
        "propensity",
        (propensity == 0) | (propensity > 1),
        "a propensity is above 0 and at most 1",
        propensity,
    )
    frame["propensity"] = propensity
    frame["reward"] = _given(table, "reward")
    if "policy" in table.columns:
        policy = labels_of(table, "policy")
        _refuse(table, "policy", policy.isna().to_numpy(), "a policy must be given")
        frame["policy"] = policy
    _refuse_repeated(
        table, frame, ["request_id", "item_id"], "item_id", "the request shows this item already"
    )
    if has_positions:
        _refuse_repeated(
            table, frame, ["request_id", "position"], "position", "the request has this position already"
        )
    else:
        _refuse_repeated(
            table,
            frame,
            ["request_id"],
            "request_id",
            "the request has more than one impression, so the file must have a column position",
        )
    for column in ("member_id", "policy") if "policy" in frame else ("member_id",):
        first = frame.groupby("request_id")[column].transform("first")
        _refuse(
            table, column, (first != frame[column]).to_numpy(), f"the request has another {column} before"
        )
    return Impressions(table.file, frame, has_positions)


def read_target(path: Path, impressions: Impressions) -> Target:
    """Read what a target policy shows: `member_id, item_id[, position], probability`, what is left out with 0.

    Raises:
        FileRefused: the file or a value in it cannot be used, or it tells no positions though the impressions do.
    """
    table = read_table(path, required=("member_id", "item_id", "probability"), optional=("position",))
    frame = pd.DataFrame({name: ids_of(table, name) for name in ("member_id", "item_id")})
    if impressions.has_positions and "position" not in table.columns:
        raise FileRefused(
            f"{table.file} has no column position, and the propensities of {impressions.file} are those of an item at a "
            "position; say for each position how likely the target shows an item there"
        )
    frame["position"] = _positions(table) if "position" in table.columns else np.int64(1)
    frame["probability"] = probability = _given(table, "probability")
    _refuse(table, "probability", probability > 1, "a probability is at most 1", probability)
    _refuse_repeated(table, frame, _KEY, "item_id", "the member has this item there already")
    so_far = frame.groupby(["member_id", "position"])["probability"].cumsum().to_numpy()
    _refuse(
        table,
        "probability",
        so_far > 1 + _SLACK,
        "the member's probabilities of this position sum to 1 at most",
        so_far,
    )
    is_known = impressions.frame["member_id"].isin(frame["member_id"])
    if not is_known.any():
        raise FileRefused(
            f"no member of {impressions.file} is in {table.file}: one has ids such as "
            f"{impressions.frame['member_id'].iloc[0]}, the other such as {frame['member_id'].iloc[0]}"
        )
    shown = impressions.frame[is_known].reset_index(drop=True)
    probabilities = shown[_KEY].merge(frame, how="left", on=_KEY)["probability"].fillna(0.0)
    of_place = frame.groupby(_KEY[:2])["probability"].sum().rename("mass").reset_index()
    mass = shown[_KEY[:2]].merge(of_place, how="left", on=_KEY[:2])["mass"].fillna(0.0)
    return Target(
        file=table.file,
        impressions=shown,
        probability=probabilities.to_numpy(),
        mass=mass.groupby(shown["request_id"]).transform("sum").to_numpy(),
        members_without=impressions.frame["member_id"][~is_known].nunique(),
    )


def _positions(table: Table) -> NDArray[np.int64]:
    position = _given(table, "position")
    _refuse(
        table,
        "position",
        (position < 1) | (position % 1 != 0),
        "a position is a whole number from 1",
        position,
    )
    return position.astype(np.int64)


def _given(table: Table, column: str) -> Floats:
    numbers = numbers_of(table, column)
    _refuse(table, column, np.isnan(numbers), "a number must be given")
    return numbers


def _refuse_repeated(table: Table, frame: pd.DataFrame, keys: list[str], column: str, words: str) -> None:
    _refuse(table, column, frame.duplicated(keys).to_numpy(), words)


def _refuse(
    table: Table, column: str, is_bad: NDArray[np.bool_], words: str, values: Floats | None = None
) -> None:
    bad = np.flatnonzero(is_bad)
    if len(bad):
        row = int(bad[0])
        shown = "" if values is None else f", not {values[row]:g}"
        more = f" ({len(bad):,} such rows)" if len(bad) > 1 else ""
        table.refuse(column, row, f"{words}{shown}{more}")
