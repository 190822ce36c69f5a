"""The warehouse's documentation as one page, before there is a warehouse."""

from pathlib import Path

from orchestration.settings import DataFolder
from orchestration.warehouse.docs import write_docs


def test_the_page_has_the_words_of_tables_and_columns_and_leaves_no_warehouse(
    data_dir: Path, tmp_path: Path
) -> None:
    folder = DataFolder(data_dir)
    page = write_docs(folder, tmp_path / "docs").read_text(encoding="utf-8")
    assert "One row per tenant, month and metric" in page
    assert "fct_kpis_monthly" in page
    assert "GET /v1/kpis" in page
    assert "The warehouse of Pointmart" in page
    assert not folder.warehouse.exists()
