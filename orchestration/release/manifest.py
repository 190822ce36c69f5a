"""The manifest of a release: where its rows come from, what was checked, and what its files hold."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from orchestration.refusal import Refusal
from orchestration.release.content import TableContent
from orchestration.release.parts import PARTS, Part, parts_from

MARTS = "marts.duckdb"
MANIFEST = "manifest.json"


class BrokenRelease(Refusal):
    """A release's files are missing or not what its manifest says."""


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` says; times are UTC."""

    release_id: str
    created_at: datetime
    code_version: str
    landing: dict[str, Any]
    checks: dict[str, int]
    models: dict[str, Any]
    tables: dict[str, TableContent]
    files: dict[str, dict[str, Any]]
    parts: dict[str, list[Part]] = field(default_factory=dict)


def write_manifest(release: Path, manifest: Manifest) -> None:
    """Write the manifest into a release's folder."""
    fields = asdict(manifest) | {"created_at": manifest.created_at.isoformat()}
    text = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
    (release / MANIFEST).write_text(text, encoding="utf-8")


def read_manifest(release: Path) -> Manifest:
    """Return a release's manifest.

    Raises:
        BrokenRelease: it is missing or damaged.
    """
    try:
        fields = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
        tables = {name: TableContent(**content) for name, content in fields.pop("tables").items()}
        created_at = datetime.fromisoformat(fields.pop("created_at"))
        parts = parts_from(fields.pop("parts", {}))
        return Manifest(**fields, parts=parts, created_at=created_at, tables=tables)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenRelease(
            f"the manifest of release {release.name} cannot be read; choose another release"
        ) from error


def describe_file(path: Path) -> dict[str, Any]:
    """Return a file's size in bytes and its SHA-256."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def check_files(release: Path, manifest: Manifest) -> None:
    """Check that a release's files are those its manifest describes; of parts, shared and never written again, the size.

    Raises:
        BrokenRelease: naming the file that differs.
    """
    for name, described in manifest.files.items():
        path = release / name
        if not path.exists() or describe_file(path) != described:
            raise BrokenRelease(
                f"the file {path} is missing or not what the manifest says; choose another release"
            )
    for part in (part for parts in manifest.parts.values() for part in parts):
        path = release.parent / PARTS / part.file
        if not path.exists() or path.stat().st_size != part.bytes:
            raise BrokenRelease(
                f"the file {path} is missing or not what the manifest says; choose another release"
            )
