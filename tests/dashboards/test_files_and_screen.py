"""Files have the words of the screen: the same names of columns, sheets and things, and no codes in their place."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import downloads, page, plan_rows, plan_table
from dashboards.words import Words
from tests.dashboards.conftest import MakeToken

OpenPage = Callable[..., AppTest]
# What only programs say; ids, file names and words with a hyphen are no such thing.
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_of_a_plan_calls_its_columns_as_the_table_does(language: Any) -> None:
    words = Words(language)
    shown = plan_table.columns(words, date(2026, 5, 5), date(2026, 4, 1))
    labels = {column.name: column.label for column in plan_rows.order_columns(words)}

    shared = set(shown) & set(labels)
    assert len(shared) > 8
    assert {name: shown[name]["label"] for name in shared} == {name: labels[name] for name in shared}


@pytest.mark.usefixtures("desks_release")
def test_rows_are_downloaded_in_the_words_in_which_they_are_shown(
    open_page: OpenPage, make_token: MakeToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[tuple[str, pd.DataFrame, list[downloads.Column]]] = []
    show = page.show_downloads

    def keep(words: Words, rows: pd.DataFrame, columns: Any, **more: Any) -> None:
        taken.append((more["sheet"] or "", rows, columns))
        show(words, rows, columns, **more)

    monkeypatch.setattr(page, "show_downloads", keep)
    for name, rows in (
        ("after_sales", "opened"), ("orders", "breaches"), ("suppliers", "scores"), ("suppliers", "gates"),
        ("risk_rules", "figures"),
    ):  # fmt: skip
        taken.clear()
        app = open_page(name, {"rows": rows}, token=make_token(role="enterprise_admin"))
        assert not app.exception
        ((sheet, frame, columns),) = taken
        # Without the mall desks have one table alone, of which there is nothing to choose.
        choices = [control.options for control in app.segmented_control if control.key == "rows"]
        assert [sheet in options for options in choices] == [True] * (name == "suppliers")
        header, *lines = downloads.to_csv(frame, columns).decode("utf-8-sig").splitlines()
        assert header.split(",") == [column.label for column in columns]
        cells = [cell for line in lines for cell in line.split(",")]
        assert cells
        assert not [cell for cell in cells if _CODE.fullmatch(cell)], name
