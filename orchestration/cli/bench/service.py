"""The real services, as a process or several, and the real load generator beside it."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from orchestration.cli.bench.order import Order, Tally
from orchestration.refusal import Refusal

_HOST = "127.0.0.1"
_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0


class ServiceNotMeasured(Refusal):
    """The service or the load generator ended by itself."""


@dataclass(frozen=True)
class Servers:
    """Server processes of the transactional service."""

    ports: list[int]
    process_ids: list[int]


@contextmanager
def servers(
    url: str,
    count: int,
    logs: Path,
    service: str = "transactional",
    settings: Mapping[str, str] | None = None,
) -> Iterator[Servers]:
    """Run a service on a database in so many processes; they answer when the block begins.

    Raises:
        ServiceNotMeasured: one did not start, with the last line of its log.
    """
    with ExitStack() as stack:
        started = [
            stack.enter_context(_server(url, logs / f"server-{n}.log", service, settings or {}))
            for n in range(1, count + 1)
        ]
        yield Servers([port for port, _ in started], [process.pid for _, process in started])


@contextmanager
def _server(
    url: str, log: Path, service: str, settings: Mapping[str, str]
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = _free_port()
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli.serve", service, "--port", str(port), "--stop-with-parent"],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            # Ctrl-C in the terminal reaches the runner alone, which stops everything in order.
            start_new_session=True,
            env={
                **os.environ,
                "POINTMART_DATABASE_URL": url,
                "POINTMART_SESSION_SECRET": secrets.token_urlsafe(32),
                **settings,
            },
        )  # fmt: skip
    try:
        _await_answer(port, process, log)
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _await_answer(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://{_HOST}:{port}/health", timeout=5, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.05)
    last = (log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
    raise ServiceNotMeasured(f"the service did not start; {log} ends: {last}")


def generate_load(order: Order) -> Tally:
    """Let a process of its own make a load and return what came of it.

    Raises:
        ServiceNotMeasured: the generator failed, with the last line it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli.bench.generator"],
        input=msgspec.json.encode(order),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"])[-1]
        raise ServiceNotMeasured(f"the load generator failed: {last}")
    return msgspec.json.decode(done.stdout, type=Tally)
