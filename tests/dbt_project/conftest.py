"""Builds of the dbt project, each made once for all tests: literal rows, no rows, faulty rows, half-landed stock."""

from pathlib import Path

import pytest

from tests.dbt_project.small_warehouse import HERE, Build, run_build, write_inputs


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, artefacts: Path) -> Build:
    folder = tmp_path_factory.mktemp("built")
    write_inputs(folder)
    return run_build(folder, artefacts)


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory, artefacts: Path) -> Build:
    """The first run of a new mall: every view has its columns and no row."""
    folder = tmp_path_factory.mktemp("empty")
    write_inputs(folder, keep_rows=False)
    return run_build(folder, artefacts, "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="session")
def broken_build(tmp_path_factory: pytest.TempPathFactory, artefacts: Path) -> Build:
    """The same landing with one fault for each identity."""
    folder = tmp_path_factory.mktemp("broken")
    write_inputs(folder, (HERE / "faults.sql").read_text(encoding="utf-8"))
    return run_build(folder, artefacts, "--exclude-resource-type", "unit_test")
