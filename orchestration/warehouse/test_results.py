"""The last result of each dbt test, with the landing it was about: what the release gate reads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration import durable

_PASSED = {"pass", "success"}


@dataclass(frozen=True)
class TestResults:
    """How the tests stand on the rows landed up to a PostgreSQL snapshot; values are test names."""

    __test__ = False  # not a test class, whatever its name

    snapshot: str
    passed: list[str]
    warned: list[str]
    failed: list[str]
    missing: list[str]


def record(
    path: Path, snapshot: str, expected: set[str], outdated: set[str], results: dict[str, str]
) -> None:
    """Merge new results into the file.

    Dropped are earlier results about another landing, of outdated tests (what they read is about to be
    rebuilt), and of tests that are no longer expected.
    """
    known = _read(path)
    before = known.get("results", {}) if known.get("snapshot") == snapshot else {}
    before = {test: status for test, status in before.items() if test not in outdated}
    merged = {test: status for test, status in {**before, **results}.items() if test in expected}
    content = {"snapshot": snapshot, "expected": sorted(expected), "results": dict(sorted(merged.items()))}
    durable.write_text(path, json.dumps(content, indent=1) + "\n")


def read_results(path: Path) -> TestResults:
    """Return how the tests stand; a file that is not there or not whole counts as no test run."""
    content = _read(path)
    results: dict[str, str] = content.get("results", {})
    return TestResults(
        snapshot=str(content.get("snapshot", "")),
        passed=[_name(test) for test, status in results.items() if status in _PASSED],
        warned=[_name(test) for test, status in results.items() if status == "warn"],
        failed=[_name(test) for test, status in results.items() if status not in {*_PASSED, "warn"}],
        missing=[_name(test) for test in content.get("expected", []) if test not in results],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content


def _name(unique_id: str) -> str:
    return unique_id.split(".")[2]
