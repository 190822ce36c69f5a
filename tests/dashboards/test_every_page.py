"""What holds of every page at once, read from the pages' code and words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards import satisfaction, words
from dashboards.house_style import DECIDING, READABLE
from dashboards.words import Words, catalogue

CODE = Path(words.__file__).parent
# What a page shows, and by which name whoever does not see it, or does not know it, is told what it is.
_TOLD_BY = {"metric": "help", "altair_chart": "alt", "dataframe": "alt"}
# Beside bars there is room for so many signs of 11 px: Chinese ones are square, others about half as wide.
_ROOM, _SQUARE, _OTHER = 150, 11, 6


def shown() -> Iterator[tuple[str, ast.Call]]:
    for source in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield f"{source.relative_to(CODE)}:{node.lineno}", node


@pytest.mark.parametrize(("kind", "name"), _TOLD_BY.items())
def test_figures_charts_and_tables_say_what_they_are(kind: str, name: str) -> None:
    calls = [(place, call) for place, call in shown() if getattr(call.func, "attr", "") == kind]

    assert len(calls) > 2
    assert [place for place, call in calls if name not in {given.arg for given in call.keywords}] == []


def test_the_button_that_decides_can_be_read_on_either_ground() -> None:
    assert f"background-color: {DECIDING}; border-color: {DECIDING}; color: white" in READABLE

    shares = [int(DECIDING[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [((share + 0.055) / 1.055) ** 2.4 for share in shares]
    luminance = sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_english_is_written_with_english_signs() -> None:
    """Quotation marks of Chinese are as wide as its characters."""
    odd = [key for key, text in catalogue().items() if re.search("[“”‘’「」，。：；、（）]", text["en"])]

    assert odd == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_members_met_with_has_room_beside_its_bar(language: Any) -> None:
    told = Words(language)
    drivers = satisfaction.driver_names(told)
    names = [
        told("driver_value", driver=drivers[driver], value=value)
        for (driver, _), value in satisfaction.value_names(told).items()
    ]
    widths = {name: sum(_SQUARE if sign > "\u2e80" else _OTHER for sign in name) for name in names}

    assert {name: width for name, width in widths.items() if width > _ROOM} == {}
