"""Starts the services as processes, waits until they answer, and stops them all.

What keeps the figures fresh is started again when it ends: the mall goes on without it.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from orchestration.cli.program import Program
from orchestration.cli.serve import MALL, Service, listen
from orchestration.refusal import Refusal

_HOST = "127.0.0.1"
_FOLLOWER = "follower"
_READY_SECONDS = 60.0


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

    programs: Mapping[str, Program]
    logs: Path

    def watch(self, meanwhile: Callable[[], None]) -> None:
        """Wait until one of them ends, calling `meanwhile` twice a second.

        Raises:
            ServiceEnded: which one, and where its log is.
        """
        while True:
            for name, program in self.programs.items():
                if program.is_restarted:
                    program.tend()
                elif (code := program.poll()) is not None:
                    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                    raise ServiceEnded(
                        f"{name} {how}, so everything was stopped. What was committed is kept: start it again. "
                        f"Its log is {self.logs / name}.log"
                    )
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
def services(
    ports: Ports, logs: Path, environment: Mapping[str, str], follow_seconds: float | None
) -> Iterator[Running]:
    """Run the services, and the scheduler if it has a port, for the block, each logging to its own file.

    The services answer when the block begins.

    Args:
        follow_seconds: how often the figures are refreshed; None leaves that to the nightly pipeline.

    Raises:
        ServiceDidNotStart: with the last line of its log.
    """
    environment = {
        **environment,
        "POINTMART_TRANSACTIONAL_URL": ports.url(Service.TRANSACTIONAL),
        "POINTMART_SERVING_URL": ports.url(Service.SERVING),
    }
    with ExitStack() as stack:
        programs = {}
        for name, arguments in _programs(ports, follow_seconds).items():
            log = logs / f"{name}.log"
            programs[name] = Program(arguments, log, environment, is_restarted=name == _FOLLOWER)
            stack.callback(programs[name].stop)
        running = Running(programs, logs)
        deadline = time.monotonic() + _READY_SECONDS
        for service in MALL:
            _await_answer(service, ports, running, deadline)
        yield running


def _programs(ports: Ports, follow_seconds: float | None) -> dict[str, list[str]]:
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
    if follow_seconds is not None:
        programs[_FOLLOWER] = [
            "orchestration.cli", "pipeline", "follow", "--every", str(follow_seconds), "--parent", str(os.getpid()),
        ]  # fmt: skip
    return programs


def _await_answer(service: Service, ports: Ports, running: Running, deadline: float) -> None:
    process = running.programs[service.value]
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
