"""Whether the export views still are what the contract says, told before anything is landed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.batches import batches, columns
from orchestration.landing.contract import Contract, ViewContract, contract
from orchestration.landing.snapshot import Snapshot
from orchestration.refusal import Refusal


class SchemaDrift(Refusal):
    """A view has lost a column or changed its type, so what is built from it would be wrong."""


@dataclass(frozen=True)
class Drift:
    """How a view differs from its contract, a phrase each: what breaks, and what is merely new."""

    broken: tuple[str, ...]
    new: tuple[str, ...]


def compare(expected: ViewContract, live: Mapping[str, str]) -> Drift:
    """Compare a view's columns, by name with PostgreSQL's internal type name, with its contract."""
    wanted = {column.name: column.type for column in expected.columns}
    name = f"export.{expected.view}"
    lost = [f"{name} has lost its column {column}" for column in wanted if column not in live]
    retyped = [
        f"{name}.{column} is {live[column]} and no longer {type_}"
        for column, type_ in wanted.items()
        if column in live and live[column] != type_
    ]
    new = [f"{name} has a new column {column} ({live[column]})" for column in live if column not in wanted]
    return Drift((*lost, *retyped), tuple(new))


def check_views(source: Snapshot, expected: Contract) -> list[str]:
    """Compare every view of a database with the contract and return what is merely new, a phrase each.

    Raises:
        SchemaDrift: naming every column that is gone or has another type.
        DatabaseNotMigrated: a view is missing.
    """
    drifts = [compare(view, source.columns(view.view)) for view in expected.views.values()]
    if broken := [phrase for drift in drifts for phrase in drift.broken]:
        raise SchemaDrift(
            f"{', '.join(broken)}; nothing was landed, the previous release stays: restore the view, "
            "or change orchestration/landing/contract.toml and the staging model with it"
        )
    return [phrase for drift in drifts for phrase in drift.new]


def new_columns(landing: Path) -> list[str]:
    """Return a phrase for each landed column that the contract does not know."""
    found = []
    for view in contract().views.values():
        known = {column.name for column in view.columns} | {"batch"}
        unknown = {name for path in batches(landing, view.view)[-1:] for name in columns(path) - known}
        found += [f"export.{view.view} has a new column {name}" for name in sorted(unknown)]
    return found
