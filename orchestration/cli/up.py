"""`pointmart up`: services, screens, fresh figures and the nightly pipeline, until Ctrl-C."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration import lock
from orchestration.cli import postgres
from orchestration.cli.database import database, keep_up
from orchestration.cli.ending import ended_in_order
from orchestration.cli.pipeline_key import announced, kept_pipeline_key
from orchestration.cli.processes import Ports, Running, check_ports, services
from orchestration.cli.secret import kept_secret
from orchestration.cli.serve import Service, free_port
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder, PipelineSettings


class MallIsUp(Refusal):
    """Another process runs the mall of this data folder."""


TransactionalPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the transactional API.")]
ServingPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the serving API.")]
DashboardsPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the screens.")]
WorkerPort = Annotated[
    int, typer.Option(min=0, max=65535, help="Port where the worker tells its health; 0 picks a free one.")
]
SchedulerPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the scheduler's pages.")]
FollowSeconds = Annotated[
    float,
    typer.Option(
        min=0, help="Land, build and publish what is new every so many seconds; 0 leaves it to the night."
    ),
]
FOLLOW_SECONDS = 20.0


def up(
    transactional_port: TransactionalPort = 8000,
    serving_port: ServingPort = 8001,
    dashboards_port: DashboardsPort = 8002,
    scheduler_port: SchedulerPort = 8003,
    worker_port: WorkerPort = 0,
    scheduler: Annotated[bool, typer.Option(help="Run the nightly pipeline and its pages.")] = True,
    follow: FollowSeconds = FOLLOW_SECONDS,
) -> None:
    """Run the services and the screens, keep the figures fresh and train at night, until Ctrl-C."""
    settings = PipelineSettings()
    console = Console()
    ports = Ports(
        transactional_port,
        serving_port,
        dashboards_port,
        worker_port or free_port(besides=(transactional_port, serving_port, dashboards_port, scheduler_port)),
        scheduler_port if scheduler else None,
    )
    with stopped_by_ctrl_c(console), whole_mall(settings, ports) as url:
        if scheduler:
            # Loading Dagster takes seconds that a start without it need not spend.
            from orchestration.history import initialise

            initialise(settings.folder)
        with running_services(settings.folder, ports, url, follow or None) as running:
            print_addresses(console, ports)
            console.print("Ctrl-C stops everything.")
            watch(running, settings, console)


def watch(running: Running, settings: PipelineSettings, console: Console) -> None:
    """Wait until a service ends; an embedded PostgreSQL that was killed is started again."""

    server = None if settings.database_url else postgres.locate(settings.folder.root)

    def tend() -> None:
        if server is not None and keep_up(server):
            console.print("PostgreSQL had ended and was started again; committed redemptions are all there.")

    running.watch(tend)


@contextmanager
def stopped_by_ctrl_c(console: Console) -> Iterator[None]:
    """Let Ctrl-C end the block in an orderly way and say so."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped.")


@contextmanager
def whole_mall(settings: PipelineSettings, ports: Ports) -> Iterator[str]:
    """Own the data folder for the block and give the database's URL; a second owner is refused."""
    folder = settings.folder
    folder.create()
    with ExitStack() as stack:
        try:
            stack.enter_context(lock.held(private_folder(folder) / "up.lock"))
        except lock.AlreadyRunning as error:
            raise MallIsUp(
                f"Pointmart runs on {folder.root} already; stop it first, or choose another POINTMART_DATA_DIR"
            ) from error
        check_ports(ports)
        stack.enter_context(ended_in_order())
        yield stack.enter_context(database(folder.root, settings.database_url, stop_at_end=True))


def private_folder(folder: DataFolder) -> Path:
    """Return the folder for what belongs to the running mall: its lock and its secrets."""
    return folder.lock.parent


def vault_key(folder: DataFolder) -> str:
    """Return the key of the mall's vault; what was sealed with it opens with no other, so a backup needs it too."""
    return os.environ.get("POINTMART_VAULT_KEY") or kept_secret(private_folder(folder) / "vault_key")


@contextmanager
def running_services(
    folder: DataFolder,
    ports: Ports,
    url: str,
    follow_seconds: float | None,
    sentiment_model: Path | None = None,
) -> Iterator[Running]:
    """Run the services on a database for the block, and refresh the figures so often unless that is None.

    Args:
        sentiment_model: what the worker scores texts with, if the environment does not say.
    """
    environment = {
        "POINTMART_DATABASE_URL": url,
        "POINTMART_DATA_DIR": str(folder.root),
        "DAGSTER_HOME": str(folder.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "POINTMART_SESSION_SECRET": os.environ.get("POINTMART_SESSION_SECRET")
        or kept_secret(private_folder(folder) / "session_secret"),
        "POINTMART_VAULT_KEY": vault_key(folder),
    }
    if sentiment_model is not None:
        environment["POINTMART_SENTIMENT_MODEL"] = str(sentiment_model)
    key = kept_pipeline_key(url, private_folder(folder) / "pipeline_key")
    environment["POINTMART_PIPELINE_KEY"] = key
    with (
        services(ports, folder.logs, environment, follow_seconds) as running,
        announced(folder, ports.url(Service.TRANSACTIONAL), key),
    ):
        yield running


def print_addresses(console: Console, ports: Ports) -> None:
    """Show where the services answer."""
    console.print(f"Screens            {ports.url(Service.DASHBOARDS)}")
    console.print(f"Transactional API  {ports.url(Service.TRANSACTIONAL)}/docs")
    console.print(f"Serving API        {ports.url(Service.SERVING)}/docs")
    if ports.scheduler is not None:
        console.print(f"Scheduler          http://127.0.0.1:{ports.scheduler}")
