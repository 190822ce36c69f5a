"""Starts the services as processes, waits until they answer, and stops them all."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from orchestration.cli.serve import MALL, Service, listen
from orchestration.refusal import Refusal

_HOST = "127.0.0.1"
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0


class ServiceDidNotStart(Refusal):
    """A service ended or did not answer in time."""


class PortTwice(Refusal):
    """Two services were given one port."""


class ServiceEnded(Refusal):
    """A service ended while the others ran."""


@dataclass(frozen=True)
class Ports:
    """Where the services listen on this machine; without a port the scheduler does not run."""

    transactional: int
    serving: int
    dashboards: int
    worker: int
    scheduler: int | None = None

    def of(self, service: Service) -> int:
        """Return the port of a service."""
        return int(getattr(self, service.value))

    def url(self, service: Service) -> str:
        """Return the address of a service."""
        return f"http://{_HOST}:{self.of(service)}"


@dataclass(frozen=True)
class Running:
    """Processes that run, by the name to call them."""

    processes: Mapping[str, subprocess.Popen[bytes]]
    logs: Path

    def watch(self, meanwhile: Callable[[], None]) -> None:
        """Wait until one of them ends, calling `meanwhile` twice a second.

        Raises:
            ServiceEnded: which one, and where its log is.
        """
        while True:
            for name, process in self.processes.items():
                if (code := process.poll()) is not None:
                    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                    raise ServiceEnded(f"{name} {how}, so everything was stopped; see {self.logs / name}.log")
            meanwhile()
            time.sleep(0.5)


def check_ports(ports: Ports) -> None:
    """Make sure that no other program listens where the services will.

    Raises:
        PortInUse: naming the port.
        PortTwice: two services were given one port.
    """
    wanted = [ports.of(service) for service in MALL]
    if ports.scheduler is not None:
        wanted.append(ports.scheduler)
    if len(set(wanted)) < len(wanted):
        raise PortTwice(f"two of the ports {', '.join(map(str, wanted))} are the same; give each its own")
    for port in wanted:
        listen(_HOST, port).close()


@contextmanager
def services(ports: Ports, logs: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """Run the services, and the scheduler if it has a port, for the block, each logging to its own file.

    The services answer when the block begins.

    Raises:
        ServiceDidNotStart: with the last line of its log.
    """
    environment = {**environment, "POINTMART_TRANSACTIONAL_URL": ports.url(Service.TRANSACTIONAL)}
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(_process(name, arguments, logs, environment))
            for name, arguments in _programs(ports).items()
        }
        running = Running(processes, logs)
        deadline = time.monotonic() + _READY_SECONDS
        for service in MALL:
            _await_answer(service, ports, running, deadline)
        yield running


def _programs(ports: Ports) -> dict[str, list[str]]:
    """Return the Python module and arguments of each process, by name."""
    programs = {
        service.value: ["orchestration.cli.serve", service.value, "--port", str(ports.of(service)),
                        "--stop-with-parent"]
        for service in MALL
    }  # fmt: skip
    if ports.scheduler is not None:
        attached, definitions = "orchestration.cli.attached", ["--module-name", "orchestration.definitions"]
        programs["scheduler"] = [attached, "dagster-daemon", "run", *definitions]
        programs["scheduler-web"] = [
            attached, "dagster-webserver", "--host", _HOST, "--port", str(ports.scheduler), *definitions,
        ]  # fmt: skip
    return programs


@contextmanager
def _process(
    name: str, arguments: list[str], logs: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    # Each start has a log of its own: an old line must not explain a new failure.
    with (logs / f"{name}.log").open("wb") as log:
        # A session of its own: Ctrl-C in the terminal reaches the parent alone, which stops them in order.
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **environment},
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(service: Service, ports: Ports, running: Running, deadline: float) -> None:
    process = running.processes[service.value]
    while time.monotonic() < deadline and process.poll() is None:
        try:
            # Any answer will do: serving without a release says so and is up.
            httpx.get(f"{ports.url(service)}/health", timeout=5, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    file = running.logs / f"{service}.log"
    last = (file.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
    raise ServiceDidNotStart(f"the {service} service did not start; {file} ends: {last}")
