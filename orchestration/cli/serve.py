"""`pointmart serve`: runs one service in the foreground."""

import gc
import socket
from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError

from orchestration.cli import attached
from orchestration.cli.boundary import guarded
from orchestration.cli.joined_writes import JoinedHttp
from orchestration.refusal import Refusal


class PortInUse(Refusal):
    """Another program listens on the port."""


class SettingsIncomplete(Refusal):
    """An environment variable that the service needs is missing or wrong."""


class Service(StrEnum):
    """A process of Pointmart."""

    TRANSACTIONAL = "transactional"
    WORKER = "worker"
    SERVING = "serving"
    DASHBOARDS = "dashboards"
    SANDBOX_PAYMENTS = "sandbox-payments"
    SANDBOX_FULFILMENT = "sandbox-fulfilment"


# What `up` and `demo` run; the sandboxes are for development and are started by hand.
MALL = tuple(service for service in Service if not service.startswith("sandbox-"))


def serve(
    service: Service,
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    stop_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run one service until it is told to stop. Its settings are environment variables POINTMART_…"""
    listener = listen(host, port)
    try:
        app = _application(service)
    except ValidationError as error:
        missing = ", ".join(
            f"POINTMART_{'_'.join(str(p) for p in e['loc']).upper()} ({e['msg']})" for e in error.errors()
        )
        raise SettingsIncomplete(f"the {service} service cannot start: set {missing}") from error
    if stop_with_parent:
        attached.stop_with_parent()
    is_screens = service is Service.DASHBOARDS
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=5, server_header=False,
            # The screens' pieces are large, and part of them goes through sockets of their own.
            http="auto" if is_screens else JoinedHttp,
            # The screens alone must know how they were reached; elsewhere it costs and tells nothing.
            proxy_headers=is_screens,
        )
    )  # fmt: skip
    settle_garbage_collection()
    with listener:
        server.run(sockets=[listener])


def settle_garbage_collection() -> None:
    """Leave out of every collection what stays as long as the process, and collect less often.

    A service makes many small objects that die by themselves; looking for cycles among all that was loaded took a
    quarter of its time and stopped it for a tenth of a second. What is made between two collections decides how long
    one stops all answers: 2 ms after ten thousand objects, 10 after fifty thousand.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        PortInUse: with the sentence that says which port.
    """
    try:
        # Enough of a queue that a burst of new connections is not turned away by the kernel.
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise PortInUse(
            f"port {port} of {host} cannot be used ({error.strerror}); stop what uses it or choose another port"
        ) from error


def free_port(host: str = "127.0.0.1", besides: Collection[int] = ()) -> int:
    """Return a port that nothing listens on at the moment, and none of those that something is going to."""
    with listen(host, 0) as listener:
        port = int(listener.getsockname()[1])
        # What will not do is held meanwhile, so that it is not found again.
        return port if port not in besides else free_port(host, besides)


def _application(service: Service) -> Any:
    """Build one service; the others are not even imported, so that each process stays small."""
    if service is Service.TRANSACTIONAL:
        from transactional.app import create_app as transactional_app
        from transactional.settings import TransactionalSettings

        return transactional_app(TransactionalSettings())
    if service is Service.WORKER:
        from transactional.settings import WorkerSettings
        from transactional.worker.app import create_worker

        return create_worker(WorkerSettings())
    if service is Service.SERVING:
        from serving.app import create_app as serving_app
        from serving.settings import ServingSettings

        return serving_app(ServingSettings())
    if service is Service.SANDBOX_PAYMENTS:
        from orchestration.cli.sandbox import application

        return application()
    if service is Service.SANDBOX_FULFILMENT:
        from transactional.fulfilment.carriers.settings import UnusableFulfilmentSettings
        from transactional.fulfilment.sandbox.app import SandboxSettings
        from transactional.fulfilment.sandbox.app import create_app as sandbox_app

        try:
            return sandbox_app(SandboxSettings())
        except UnusableFulfilmentSettings as error:
            raise SettingsIncomplete(str(error)) from error
    from dashboards.app import create_app as dashboards_app
    from dashboards.settings import DashboardSettings

    return dashboards_app(DashboardSettings())


if __name__ == "__main__":
    # A door of its own: loading every command costs each service two seconds and 150 MB.
    guarded(lambda: typer.run(serve))
