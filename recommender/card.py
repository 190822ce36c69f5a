"""The card of a released model: what it learnt from, how it was chosen, what it is worth and where it ends.

It holds counts and never an id of a member or an item, so it may be kept and shown for longer than they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date

from recommender.gate import GateDecision
from recommender.scores import Score

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Window:
    """Business days, both included, and what lies in them.

    Attributes:
        units: members or series that are learnt from, or by which models are judged.
        rows: redeemed lines, or days on which a series' demand was observed.
    """

    first: date
    last: date
    units: int
    rows: int


@dataclass(frozen=True, slots=True)
class Paired:
    """The released model beside the strongest baseline on the test window, both judged by the same units.

    Attributes:
        ratio: of the released model's measure to the baseline's, with its 95 % interval `low` to `high`, for which both
            are measured on the same resamples of the units; NaN where the baseline's is nought.
    """

    baseline: str
    ratio: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model is released for one slice, and why.

    Attributes:
        gate: None where there was nothing to decide on.
        reason: the decision in a sentence.
        paired: None where it was not measured beside a baseline on the same units.
        parameters: of the released model; the names of what is nested are joined by dots.
    """

    slice: str
    model: str
    gate: GateDecision | None
    reason: str
    paired: Paired | None
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one area's models of one tenant are, one choice per slice.

    Attributes:
        learnt_from: counts by name.
        chosen_on: the business day on which the models were chosen and judged; None stands for that of the training.
        validation: the window that chose, or None if the past is too short for one.
        test: the window that the scores are of, or None if the past is too short for one.
        scores: of the released models and all baselines, of lists as long as the gate judges.
        limits: counts, and shares of 0 to 1, by name.
    """

    area: str
    purpose: str
    seed: int
    choices: Sequence[Choice]
    data: Window
    learnt_from: Mapping[str, int]
    chosen_on: date | None
    validation: Window | None
    test: Window | None
    scores: Sequence[Score]
    limits: Mapping[str, int | float]


def flat_parameters(parameters: Mapping[str, object]) -> dict[str, Value]:
    """Return parameters of an estimator by name, of what is nested as `quotas.own` or, counted from 1, `general.1.l2`.

    What is data, such as a frame of items, is left out.
    """
    return dict(_flat("", parameters))


def _flat(name: str, value: object) -> Iterator[tuple[str, Value]]:
    if isinstance(value, bool | int | float | str):
        yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _flat(name, {field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), part)
    elif isinstance(value, list | tuple):
        yield from _flat(name, {str(number): part for number, part in enumerate(value, start=1)})
