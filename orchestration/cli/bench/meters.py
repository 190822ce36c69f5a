"""What a phase costs: processor time by process and write-ahead log by row; and on which machine."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass

import psutil
import psycopg

# What decides how fast a commit is, and whether it is durable.
_TELLING = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "wal_compression",
    "shared_buffers", "wal_buffers", "max_wal_size", "checkpoint_timeout", "commit_delay", "autovacuum",
)  # fmt: skip
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Reading:
    """Totals so far: processor seconds of server and PostgreSQL, bytes of write-ahead log, full page images."""

    server_seconds: float
    postgres_seconds: float
    wal_bytes: int
    page_images: int

    def since(self, before: "Reading") -> "Reading":
        """Return what was added since an earlier reading."""
        return Reading(
            self.server_seconds - before.server_seconds,
            self.postgres_seconds - before.postgres_seconds,
            self.wal_bytes - before.wal_bytes,
            self.page_images - before.page_images,
        )


def read_meters(
    connection: psycopg.Connection[tuple[object, ...]],
    postmaster: psutil.Process | None,
    servers: Iterable[int] = (),
) -> Reading:
    """Read all meters."""
    row = connection.execute("select wal_bytes::bigint, wal_fpi from pg_stat_wal").fetchone()
    assert row is not None
    ours = sum(_seconds(psutil.Process(pid)) for pid in servers)
    theirs = 0.0
    if postmaster is not None:
        # The postmaster's own account holds what its ended children used.
        times = postmaster.cpu_times()
        theirs = times.user + times.system + times.children_user + times.children_system
        theirs += sum(_seconds(child) for child in postmaster.children())
    return Reading(ours, theirs, int(str(row[0])), int(str(row[1])))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def server_settings(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    """Return the server's settings that a figure must be read with."""
    rows = connection.execute(
        "select name, current_setting(name) from pg_settings where name = any(%s)", [list(_TELLING)]
    ).fetchall()
    found = {str(name): str(value) for name, value in rows}
    return {name: found[name] for name in _TELLING}


def not_durable(settings: dict[str, str]) -> list[str]:
    """Return the settings that would let an acknowledged commit be lost."""
    return [name for name in _DURABLE if settings[name] == "off"]


def machine() -> dict[str, str | int]:
    """Return what the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
