"""Building part of the warehouse with the tests that belong to it."""

import logging
from collections.abc import Collection
from dataclasses import dataclass

from dbt.artifacts.schemas.run import RunExecutionResult, RunResult
from dbt.cli.main import dbtRunnerResult

from orchestration.disk import disk_full
from orchestration.landing.cursor import read_cursor
from orchestration.refusal import Refusal
from orchestration.warehouse.changes import Changes, everything
from orchestration.warehouse.faults import fault
from orchestration.warehouse.months import dated_marts, note_months
from orchestration.warehouse.project import Project
from orchestration.warehouse.state import write_built
from orchestration.warehouse.test_results import record

_log = logging.getLogger("pointmart.warehouse")

_FAILED = {"error", "fail", "runtime error"}


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


def build(project: Project, selected: Collection[str], changes: Changes | None = None) -> Outcome:
    """Build the selected nodes with the tests that belong to them, and record what the tests said.

    Args:
        changes: what `find_changes` found, for an incremental build; None builds everything anew and runs every
            test. An incremental build leaves out nodes that read nothing new, with their tests, and the tests that
            read all of history.
    """
    ordered = changes or everything(project, "a full build was asked for")
    is_full = ordered.spans is None
    touched = sorted(
        set(selected) if is_full else project.affected_by(ordered.sources).intersection(selected)
    )
    _log.info("%s build of %d nodes: %s", "full" if is_full else "incremental", len(touched), ordered.reason)
    # Before dbt touches a table: killed half-way, it must not leave results about the former rows, nor pass
    # for the state of a build that ended well.
    left_out = set() if is_full else _left_out(project, touched)
    _record(project, touched, {}, left_out)
    holds_facts = not set(project.incremental()).isdisjoint(selected)
    if holds_facts:
        write_built(project.folder.warehouse, None)
    results, refusal = _run(project, touched, ordered) if touched else ([], None)
    tests = project.tests()
    _record(project, touched, {r.unique_id: r.status for r in results if r.unique_id in tests}, left_out)
    if holds_facts and refusal is None and set(project.incremental()).issubset(selected):
        note_months(project.folder.warehouse, dated_marts(project.manifest), ordered)
        write_built(project.folder.warehouse, ordered.built)
    return Outcome(results, refusal)


def _left_out(project: Project, touched: Collection[str]) -> set[str]:
    """Return the tests an incremental build does not run: those of all history, and those of what stays as it is."""
    untouched = {test for test, parents in project.tests().items() if set(parents).isdisjoint(touched)}
    return untouched | project.whole_history_tests()


def _run(project: Project, nodes: list[str], ordered: Changes) -> tuple[list[NodeResult], Refusal | None]:
    if ordered.spans is None:
        done = project.build(set(nodes) | _complete_tests(project, nodes), {}, full_refresh=True)
    else:
        # A changed project is built anew, so a view is what it was; its tests run all the same.
        built = set(nodes) - set(project.views())
        tests = set(project.tests()) - _left_out(project, nodes)
        done = project.build(built | tests, {"changed_spans": ordered.variable()}, full_refresh=False)
    ran = done.result.results if isinstance(done.result, RunExecutionResult) else []
    results = [_result(project, r) for r in ran]
    return results, _refusal(project, results, done)


def _complete_tests(project: Project, selected: Collection[str]) -> set[str]:
    """Return the tests of selected nodes that have all they read once these are built.

    Where little is left out, it is what is built later, and the tests that read it wait for it. Where most is,
    the rest is there already.
    """
    left_out = set(project.nodes()) - set(selected)
    tests = project.tests().items()
    if len(left_out) < len(selected):
        return {test for test, parents in tests if left_out.isdisjoint(parents)}
    return {test for test, parents in tests if not set(selected).isdisjoint(parents)}


def _result(project: Project, ran: RunResult) -> NodeResult:
    message = fault(project.folder.warehouse, ran.node, ran.status, ran.message or "")
    return NodeResult(ran.node.unique_id, str(ran.status), ran.execution_time, _one_line(message))


def _refusal(project: Project, results: list[NodeResult], done: dbtRunnerResult) -> Refusal | None:
    failed = [result for result in results if result.failed]
    # The first failure may be a consequence: DuckDB gives up on the file once a write has failed.
    causes = (
        disk_full(words, project.folder.root) for words in (*(f.message for f in failed), done.exception)
    )
    if full := next(filter(None, causes), None):
        return full
    if failed:
        return WarehouseRefused(_sentence(failed))
    if not done.success:
        return WarehouseRefused(f"dbt stopped: {_one_line(done.exception)}")
    return None


def _record(project: Project, selected: Collection[str], results: dict[str, str], left_out: set[str]) -> None:
    cursor = read_cursor(project.folder.cursor)
    rebuilt = project.descendants(selected)
    outdated = {test for test, parents in project.tests().items() if rebuilt.intersection(parents)}
    snapshot = cursor.snapshot if cursor else ""
    expected = set(project.tests()) - left_out
    record(project.folder.test_results, snapshot, expected, outdated, results)


def _sentence(failed: list[NodeResult]) -> str:
    kind, _, name, *_ = failed[0].unique_id.split(".")
    rest = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"dbt {kind} {name} failed{rest}: {failed[0].message}"


def _one_line(message: object) -> str:
    return " ".join(str(message or "").split())[:400]
