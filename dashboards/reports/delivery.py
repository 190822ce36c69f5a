"""Reports put into a folder once their month or year is over: whole or not at all, and never changed afterwards."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from dashboards.downloads import file_name
from dashboards.kpis import month_after
from dashboards.marts import TenantMarts
from dashboards.page import BUSINESS_ZONE
from dashboards.periods import months_back
from dashboards.release import Release
from dashboards.reports.framing import NothingToReport
from dashboards.reports.tenants import Tenant, tenants
from dashboards.reports.writing import FORMATS, Kind, Wanted, report_files
from dashboards.words import LANGUAGES

MANIFEST = "manifest.json"
Outcome = Literal["written", "kept", "empty"]


class NotOver(Exception):
    """The release does not reach the end of the period yet."""


@dataclass(frozen=True)
class Delivered:
    """What became of a tenant's reports: written, kept as they were, or empty for want of figures; with their folder."""

    code: str
    kind: Kind
    period: str
    outcome: Outcome
    folder: Path


def due(day: date) -> list[tuple[Kind, date]]:
    """Return what is due from a day on: the month before, and in January the year before; by first days."""
    before = months_back(day.replace(day=1), 1)
    monthly: list[tuple[Kind, date]] = [("monthly", before)]
    return [*monthly, ("profile", before.replace(month=1))] if day.month == 1 else monthly


def deliver(
    release: Release, folder: Path, kind: Kind, first_day: date, font: Path | None
) -> list[Delivered]:
    """Write the reports of all tenants, in both languages and all formats, to `folder/<code>/<period>`.

    What a former call has written stays as it is. Each folder holds a manifest with the release and a hash of each file,
    and appears at once with all of it.

    Raises:
        NotOver: nothing was written.
        NoTypeface: tenants before the one that needs it have their reports.
        NoRelease: the release is broken.
        OSError: the folder cannot be written.
    """
    until = month_after(first_day if kind == "monthly" else first_day.replace(month=12))
    complete = release.complete_until.astimezone(BUSINESS_ZONE).date()
    if complete < until:
        raise NotOver(
            f"the release reaches {complete}, and the reports need the days until {until}; they come with a release of "
            "that day or a later one"
        )
    return [_deliver_to(release, tenant, folder, kind, first_day, font) for tenant in tenants(release)]


def _deliver_to(
    release: Release, tenant: Tenant, folder: Path, kind: Kind, first_day: date, font: Path | None
) -> Delivered:
    wanted = [Wanted(kind, first_day, language) for language in LANGUAGES]
    period = wanted[0].period
    target = folder / file_name(tenant.code) / period
    if is_whole(target):
        return Delivered(tenant.code, kind, period, "kept", target)
    marts = TenantMarts(release, tenant.tenant_id)
    files: dict[str, bytes] = {}
    for each in wanted:
        try:
            files |= report_files(marts, tenant.name, tenant.code, each, FORMATS, font)
        except NothingToReport:
            return Delivered(tenant.code, kind, period, "empty", target)
    manifest = {
        "report": kind,
        "period": period,
        "tenant": {**asdict(tenant), "tenant_id": str(tenant.tenant_id)},
        "release_id": release.release_id,
        "complete_until": release.complete_until.isoformat(),
        "files": {
            name: {"sha256": sha256(made).hexdigest(), "bytes": len(made)}
            for name, made in sorted(files.items())
        },
    }
    files[MANIFEST] = json.dumps(manifest, indent=2, ensure_ascii=False).encode()
    _appear(target, files)
    return Delivered(tenant.code, kind, period, "written", target)


def is_whole(folder: Path) -> bool:
    """Tell whether a folder holds every file that its manifest names, unchanged."""
    try:
        named = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all(
            sha256((folder / name).read_bytes()).hexdigest() == file["sha256"] for name, file in named.items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_file(path: Path, content: bytes) -> None:
    """Write a file that appears whole: first beside its place, then under its name.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(part, content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _appear(target: Path, files: dict[str, bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, content in files.items():
            _write(made / name, content)
        made.chmod(0o755)
        if target.exists():
            # It lacks a file or was changed by hand.
            shutil.rmtree(target)
        made.replace(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
