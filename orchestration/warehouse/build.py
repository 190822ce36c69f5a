"""Building part of the warehouse with the tests that belong to it."""

from collections.abc import Collection
from dataclasses import dataclass

from dbt.artifacts.schemas.run import RunExecutionResult

from orchestration.disk import disk_full
from orchestration.landing.cursor import read_cursor
from orchestration.refusal import Refusal
from orchestration.warehouse.project import Project
from orchestration.warehouse.test_results import record

_FAILED = {"error", "fail", "runtime error"}
# Unit tests prove the code, not the data: they have run before it was shipped.
_KINDS = ("model", "seed", "test")


class WarehouseRefused(Refusal):
    """A model could not be built, or a test of error severity failed."""


@dataclass(frozen=True)
class NodeResult:
    """How a dbt node ended: a model, seed or test by its id, dbt's word for it, and the seconds it took."""

    unique_id: str
    status: str
    seconds: float
    message: str

    @property
    def failed(self) -> bool:
        """Return whether it stops the build."""
        return self.status in _FAILED


@dataclass(frozen=True)
class Outcome:
    """How each node ended, and why the build was refused if it was; what was built stays."""

    results: list[NodeResult]
    refusal: Refusal | None


def build(project: Project, selected: Collection[str]) -> Outcome:
    """Build the selected nodes with the tests that belong to them, and record what the tests said."""
    # Before dbt touches a table: killed half-way, it must not leave results about the former rows.
    _record(project, selected, {})
    kinds = [argument for kind in _KINDS for argument in ("--resource-type", kind)]
    done = project.invoke(["build", *kinds, *selection(project, selected)])
    ran = done.result.results if isinstance(done.result, RunExecutionResult) else []
    results = [
        NodeResult(r.node.unique_id, str(r.status), r.execution_time, _one_line(r.message)) for r in ran
    ]
    tests = project.tests()
    _record(project, selected, {r.unique_id: r.status for r in results if r.unique_id in tests})
    failed = [result for result in results if result.failed]
    # The first failure may be a consequence: DuckDB gives up on the file once a write has failed.
    causes = (
        disk_full(words, project.folder.root) for words in (*(f.message for f in failed), done.exception)
    )
    if full := next(filter(None, causes), None):
        return Outcome(results, full)
    if failed:
        return Outcome(results, WarehouseRefused(_sentence(failed)))
    if not done.success:
        return Outcome(results, WarehouseRefused(f"dbt stopped: {_one_line(done.exception)}"))
    return Outcome(results, None)


def selection(project: Project, selected: Collection[str]) -> list[str]:
    """Return dbt's arguments for these nodes and their tests, by whichever list is the shorter.

    dbt compares each item with each node, which for a list of all nodes and tests took longer than the
    tests themselves. Leaving nodes out also leaves out the tests that read them: they wait for those nodes.
    """
    left_out = set(project.nodes()) - set(selected)
    if len(left_out) < len(selected):
        return ["--exclude", *map(project.selector, sorted(left_out))] if left_out else []
    return ["--select", *map(project.selector, sorted(selected))]


def _record(project: Project, selected: Collection[str], results: dict[str, str]) -> None:
    cursor = read_cursor(project.folder.cursor)
    rebuilt = project.descendants(selected)
    outdated = {test for test, parents in project.tests().items() if rebuilt.intersection(parents)}
    snapshot = cursor.snapshot if cursor else ""
    record(project.folder.test_results, snapshot, set(project.tests()), outdated, results)


def _sentence(failed: list[NodeResult]) -> str:
    kind, _, name, *_ = failed[0].unique_id.split(".")
    rest = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"dbt {kind} {name} failed{rest}: {failed[0].message}"


def _one_line(message: object) -> str:
    return " ".join(str(message or "").split())[:400]
