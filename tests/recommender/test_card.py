from dataclasses import dataclass

import pandas as pd

from recommender.card import flat_parameters


@dataclass(frozen=True)
class Trees:
    leaves: int
    rate: float


@dataclass(frozen=True)
class Catalogue:
    frame: pd.DataFrame


def test_parameters_are_flat_readable_and_without_data():
    parameters = {
        "l2": 0.4,
        "is_next": False,
        "quotas": Trees(1, 2.0),
        "general": (Trees(31, 0.1), Trees(7, 0.2)),
        "items": Catalogue(pd.DataFrame({"item_id": ["i1"]})),
        "report": None,
    }
    assert flat_parameters(parameters) == {
        "l2": 0.4,
        "is_next": False,
        "quotas.leaves": 1,
        "quotas.rate": 2.0,
        "general.1.leaves": 31,
        "general.1.rate": 0.1,
        "general.2.leaves": 7,
        "general.2.rate": 0.2,
    }
