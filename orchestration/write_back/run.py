"""Writes the current release back, kind by kind; what is refused is told and keeps nothing else back."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import httpx

from orchestration.release.manifest import MARTS
from orchestration.sql import quoted
from orchestration.write_back.content import KINDS, Kind, items_by_tenant
from orchestration.write_back.sending import Mall, MallAway, WriteBackRefused, send


@dataclass
class WrittenBack:
    """What became of a release's items.

    Attributes:
        results: how many were stored, unchanged, removed, not known, by the name of their kind.
        refused: the kinds of which something was refused.
        refusals: a sentence for each refusal.
    """

    release_id: str
    results: dict[str, Counter[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)


def write_back(releases: Path, mall: Mall) -> WrittenBack:
    """Write back what the current release says of every tenant.

    Raises:
        duckdb.Error: the release cannot be read.
        FileNotFoundError: there is none.
    """
    release = (releases / "current").resolve(strict=True)
    done = WrittenBack(release.name, {kind.name: Counter() for kind in KINDS})
    with mall.client() as client, duckdb.connect() as connection:
        connection.execute(f"attach '{quoted(release / MARTS)}' as release (read_only)")
        try:
            for kind in KINDS:
                _write_kind(connection, client, kind, done)
        except MallAway as away:
            done.refused.update(kind.name for kind in KINDS)
            done.refusals.append(str(away))
    return done


def _write_kind(
    connection: duckdb.DuckDBPyConnection, client: httpx.Client, kind: Kind, done: WrittenBack
) -> None:
    try:
        tenants = list(items_by_tenant(connection, kind))
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        # One that somebody rolled back to may be of an older version.
        done.refused.add(kind.name)
        done.refusals.append(
            f"the {kind.name} were not written back: release {done.release_id} does not hold them "
            f"({str(error).splitlines()[0]}); run the pipeline to publish one that does"
        )
        return
    for tenant in tenants:
        try:
            done.results[kind.name] += send(client, done.release_id, kind, tenant)
        except MallAway:
            raise
        except WriteBackRefused as refusal:
            # What is refused of one tenant says nothing of the others.
            done.refused.add(kind.name)
            done.refusals.append(str(refusal))
