"""Write, audit, publish: a release is built and audited, and only then becomes the current one."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from orchestration.landing.cursor import read_cursor
from orchestration.release.build import Provenance, build_release
from orchestration.release.gate import GateClosed, audit
from orchestration.release.manifest import Manifest
from orchestration.release.retention import drop_outdated
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder

_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def publish(folder: DataFolder, code_version: str, created_at: datetime) -> Manifest:
    """Publish the warehouse as a new release and return its manifest.

    Raises:
        GateClosed, ChecksumMismatch, BrokenRelease, BrokenBatch: the previous release stays.
        OSError, duckdb.Error: disk full or not writable; the previous release stays.
    """
    cursor = read_cursor(folder.cursor)
    if cursor is None:
        raise GateClosed("nothing has been landed yet; run the whole pipeline")
    audited = audit(folder, cursor, last_day_over(created_at))
    manifest = build_release(folder, Provenance(cursor, code_version), audited, created_at)
    shelf = Shelf(folder.releases)
    shelf.switch(manifest.release_id)
    shelf.let_go()
    shelf.prune()
    drop_outdated(folder, created_at)
    return manifest


def last_day_over(now: datetime) -> date:
    """Return yesterday in Asia/Shanghai."""
    return now.astimezone(_BUSINESS_ZONE).date() - timedelta(days=1)
