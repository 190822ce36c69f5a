"""What people call the goods of the year and their categories: our words for the labels of the data set."""

import csv
from importlib.resources import files

import pandas as pd

from transactional.catalogue.categories import CategoryName


def category_names() -> list[CategoryName]:
    """Return the names of all categories the year has goods of, in Chinese and in English."""
    return [CategoryName(**row) for row in _rows("categories.csv")]


def item_names(items: pd.DataFrame) -> list[str]:
    """Return the name of each item, which has `code` and `category`: in Chinese, then as the data set has it.

    The commonest goods have a name of their own, 62 % of the pieces; others are called by their category, without
    which many a label ("PREMIUM", "LEAN") says nothing in any language.
    """
    own = {row["code"]: row["name_zh"] for row in _rows("items.csv")}
    of_category = {name.category: name.name_zh for name in category_names()}
    return [
        f"{own.get(code, of_category[category])} {code}"
        for code, category in zip(items["code"], items["category"], strict=True)
    ]


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("orchestration.cli.completejourney") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
