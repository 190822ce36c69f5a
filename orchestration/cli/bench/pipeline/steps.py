"""One step of the pipeline in a process of its own: takes an order on standard input, prints its figures.

A process for each step, so that the memory of one is not counted for the next.
"""

import logging
import sys
import time
from datetime import datetime
from pathlib import Path

import msgspec

from orchestration.settings import DataFolder


class Order(msgspec.Struct):
    """What to do in a data folder: land, build (everything or what changed), or publish; `now` is UTC."""

    step: str
    root: str
    now: datetime
    database_url: str = ""
    is_full: bool = False


class Figures(msgspec.Struct):
    """What a step took and did.

    Attributes:
        seconds: of the step itself, without starting Python and parsing the dbt project.
        ready_seconds: of what comes before it, which a pipeline that stays up pays once.
        rows: landed, or published.
        slowest: the names of the slowest dbt nodes with their seconds.
    """

    seconds: float
    ready_seconds: float = 0.0
    rows: int = 0
    reason: str = ""
    tests: int = 0
    nodes: int = 0
    slowest: dict[str, float] = {}
    release_id: str = ""


def perform(order: Order) -> Figures:
    """Do one step.

    Raises:
        Refusal: as the step says.
    """
    folder = DataFolder(Path(order.root))
    folder.create()
    match order.step:
        case "land":
            return _land(folder, order)
        case "build":
            return _build(folder, order)
        case "publish":
            return _publish(folder, order)
    raise ValueError(f"there is no step {order.step}")


def _land(folder: DataFolder, order: Order) -> Figures:
    from orchestration.landing.land import land

    began = time.perf_counter()
    landed = land(folder, order.database_url, order.now)
    return Figures(time.perf_counter() - began, rows=sum(landed.rows.values()))


def _build(folder: DataFolder, order: Order) -> Figures:
    from orchestration.training.tables import SCHEMAS, write_frames
    from orchestration.warehouse.build import build
    from orchestration.warehouse.changes import everything, find_changes
    from orchestration.warehouse.project import parse

    began = time.perf_counter()
    for table in SCHEMAS:
        # No model has been trained: the predictions are there, without a row.
        if not (folder.ml / f"{table}.parquet").exists():
            write_frames(folder.ml, table, table, [])
    project = parse(folder)
    ready = time.perf_counter()
    changes = everything(project, "measured") if order.is_full else find_changes(project)
    outcome = build(project, project.nodes(), changes)
    seconds = time.perf_counter() - ready
    if outcome.refusal is not None:
        raise outcome.refusal
    ordered = sorted(outcome.results, key=lambda result: -result.seconds)
    return Figures(
        seconds, ready_seconds=ready - began, reason=changes.reason, nodes=len(outcome.results),
        tests=sum(result.unique_id.startswith("test.") for result in outcome.results),
        slowest={result.unique_id.split(".")[2]: round(result.seconds, 2) for result in ordered[:25]},
    )  # fmt: skip


def _publish(folder: DataFolder, order: Order) -> Figures:
    from orchestration.release.publish import publish

    began = time.perf_counter()
    manifest = publish(folder, "measured", order.now)
    seconds = time.perf_counter() - began
    rows = sum(content.rows for content in manifest.tables.values())
    return Figures(seconds, rows=rows, release_id=manifest.release_id)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(perform(asked)))
