"""What people call the categories of the year: our words, in both languages, for the labels of the data set."""

import csv
from importlib.resources import files

from transactional.catalogue.categories import CategoryName


def category_names() -> list[CategoryName]:
    """Return the names of all categories the year has goods of."""
    text = (files("orchestration.cli.completejourney") / "categories.csv").read_text(encoding="utf-8")
    return [CategoryName(**row) for row in csv.DictReader(text.splitlines())]
