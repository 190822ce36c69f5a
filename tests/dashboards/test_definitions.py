"""Every figure on a card has its definition from the warehouse."""

import ast
import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import words as module
from dashboards.words import catalogue
from tests import literal_release as literal
from tests.dashboards import campaigns, enterprise, fees, service

OpenPage = Callable[..., AppTest]
Add = Callable[[duckdb.DuckDBPyConnection], None]

# Worked out by the mall and by no mart.
OF_THE_MALL = "fees_ahead_meaning"
TABLES = ("dim_figure", "dim_metric", "dim_lifecycle_stage")


def seeded() -> dict[str, dict[str, str]]:
    with enterprise.FIGURES.open(encoding="utf-8") as file:
        return {row["figure"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("page", "add", "cards"),
    [
        ("enterprise", enterprise.add_enterprise, 4),
        ("points", enterprise.add_enterprise, 4),
        ("members", enterprise.add_enterprise, 4),
        ("items", enterprise.add_enterprise, 4),
        ("service", service.add_service, 7),
        ("campaigns", campaigns.add_campaigns, 4),
        ("fees", fees.add_fees, 5),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_card_has_its_definition_from_the_warehouse(
    open_page: OpenPage, literal_release: Path, page: str, add: Add, cards: int, language: str
) -> None:
    folder = literal.publish(literal_release, f"defined-{page}", add)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as release (read_only)")
        known = [
            text
            for table in TABLES
            for (text,) in connection.execute(
                f"select definition_{language} from release.marts.{table}"
            ).fetchall()
        ]
    known.append(catalogue()[OF_THE_MALL][language])

    app = open_page(page, {"lang": language})

    assert not app.exception
    assert len(app.metric) == cards
    undefined = [metric.label for metric in app.metric if not metric.help.startswith(tuple(known))]
    assert undefined == []


def test_a_release_from_before_a_figure_was_defined_says_so(
    open_page: OpenPage, literal_release: Path
) -> None:
    def forget(connection: duckdb.DuckDBPyConnection) -> None:
        enterprise.add_enterprise(connection)
        connection.execute("drop table marts.dim_figure")

    literal.publish(literal_release, "undefined", forget)
    app = open_page("points")

    assert not app.exception
    assert app.metric[0].help == "当前数据版本还没有这个指标的定义，下一次完整的数据流程后会有。"


def test_the_figures_that_are_asked_for_are_those_that_are_defined() -> None:
    asked = set()
    for source in Path(module.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) != 1:
                continue
            called = node.func.func if isinstance(node.func, ast.Call) else node.func
            if isinstance(called, ast.Name) and called.id in ("define", "definitions"):
                asked |= {part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}

    assert asked == set(seeded())
