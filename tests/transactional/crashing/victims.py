"""Processes that are killed and started again: servers on ports of their own, and an embedded PostgreSQL."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from orchestration.cli import postgres
from tests.transactional.conftest import VAULT_KEY


class Server:
    """A transactional service that comes back on the same port."""

    name = "server"

    def __init__(self, database_url: str, log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._environment = os.environ | {
            "POINTMART_DATABASE_URL": database_url,
            "POINTMART_SESSION_SECRET": "s" * 32,
            "POINTMART_VAULT_KEY": VAULT_KEY,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.cli.serve", "transactional", "--port", str(self.port)],
                env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{self.url}/health", trust_env=False, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            ended = self._process.poll() is not None or time.monotonic() > deadline
            assert not ended, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it as nothing can be caught."""
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop it if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)


class Database:
    """An embedded PostgreSQL with durable settings."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self.server = postgres.locate(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it as the command line does, which meets what the killed one left behind."""
        self._process = postgres.start(self.server)
        assert self._process is not None

    def kill(self, *, whole: bool) -> None:
        """Kill the postmaster alone, whose backends find out by themselves, or all of its processes at once."""
        assert self._process is not None
        if whole:
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop it if it runs."""
        postgres.stop(self.server)
        assert self._process is not None
        self._process.wait(20)
