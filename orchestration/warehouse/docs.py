"""The documentation of the warehouse as one page: every model and column with its words, lineage and tests."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration import durable, lock
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder
from orchestration.warehouse.project import parse


class DocsNotWritten(Refusal):
    """dbt could not make the page."""


def write_docs(folder: DataFolder, out: Path) -> Path:
    """Write the page as `out/index.html` and return its path; without a warehouse it lacks sizes and types of tables.

    Raises:
        AlreadyRunning: the pipeline is at work on the warehouse.
        BrokenProject, DocsNotWritten: dbt refuses.
        OSError: the folder cannot be written.
    """
    with _documented(folder) as (source, is_built):
        catalogue = [] if is_built else ["--empty-catalog"]
        done = parse(source).invoke(["--write-json", "docs", "generate", "--static", *catalogue], {})
        page = source.dbt_target / "static_index.html"
        if not done.success or not page.exists():
            reason = " ".join(str(done.exception).split())[:300]
            raise DocsNotWritten(
                f"dbt cannot document the warehouse ({reason}); run the pipeline and try again"
            )
        out.mkdir(parents=True, exist_ok=True)
        target = out / "index.html"
        with durable.written_whole(target) as temporary:
            shutil.copyfile(page, temporary)
    return target


@contextmanager
def _documented(folder: DataFolder) -> Iterator[tuple[DataFolder, bool]]:
    """Give a folder to document from and whether it has a warehouse; without one, an empty folder that is removed."""
    if folder.warehouse.exists():
        with lock.held(folder.lock, patience_seconds=lock.REFRESH_SECONDS):
            yield folder, True
        return
    with tempfile.TemporaryDirectory() as name:
        empty = DataFolder(Path(name))
        empty.create()
        yield empty, False
