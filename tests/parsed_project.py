"""dbt's project, parsed once for all tests, and lent to those whose pipeline would parse it in a process of its own."""

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from orchestration.settings import DataFolder

if TYPE_CHECKING:
    from orchestration.warehouse.project import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> "Project":
    """The dbt project, parsed once for all tests; `project.over(folder)` is the same over a folder of their own."""
    # Most tests need no dbt, which takes a second to import.
    from orchestration.warehouse.project import parse

    folder = DataFolder(tmp_path_factory.mktemp("parsed"))
    folder.create()
    return parse(folder)


@pytest.fixture(scope="session")
def lend_parsed(project: "Project") -> Callable[[DataFolder], None]:
    """Give what dbt has parsed to a data folder, so that a pipeline which parses there finds it done."""

    def lend(folder: DataFolder) -> None:
        shutil.copytree(project.folder.dbt_target, folder.dbt_target, dirs_exist_ok=True)

    return lend
