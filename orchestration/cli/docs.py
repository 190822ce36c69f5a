"""`pointmart docs`: the documentation of the warehouse on one page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration.settings import PipelineSettings


def docs(
    out: Annotated[Path, typer.Option(help="The folder the page is written to.")] = Path("build/docs"),
) -> None:
    """Write every table and column of the warehouse, its words, tests and lineage, as one page to open in a browser."""
    # dbt takes seconds to import; other commands need not wait for it.
    from orchestration.warehouse.docs import write_docs

    console = Console()
    with console.status("Documenting the warehouse"):
        page = write_docs(PipelineSettings().folder, out)
    console.print(f"The documentation is in {page}.", highlight=False)
