"""`pointmart sandbox`: keys for the payment sandbox, which `pointmart serve sandbox-payments` runs."""

from pathlib import Path
from typing import Annotated

import typer
from starlette.applications import Starlette

from orchestration.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Try payments without money.")


class SandboxRefused(Refusal):
    """The sandbox's keys cannot be made or read."""


@app.callback()
def sandbox() -> None:
    """Try payments without money."""


@app.command("keys")
def keys(
    folder: Annotated[Path, typer.Argument(help="A new folder for the keys, readable by you alone.")],
    tenant: Annotated[list[str], typer.Option(help="An enterprise code; may be repeated.")],
    sandbox_url: Annotated[
        str, typer.Option(help="Where the sandbox will answer.")
    ] = "http://127.0.0.1:8004",
    notify_url: Annotated[
        str, typer.Option(help="Where the transactional API answers.")
    ] = "http://127.0.0.1:8000",
) -> None:
    """Make keys for both providers and a merchant account per enterprise; nothing is ever overwritten."""
    from transactional.payments.sandbox.key_files import KeysExist, make_keys

    try:
        file = make_keys(
            folder, tenant, sandbox_url=sandbox_url.rstrip("/"), notify_base_url=notify_url.rstrip("/")
        )
    except (KeysExist, ValueError) as error:
        raise SandboxRefused(str(error)) from error
    except OSError as error:
        raise SandboxRefused(f"{folder} cannot be written ({error.strerror})") from error
    typer.echo(f"POINTMART_PAYMENTS_FILE={file.resolve()}")
    typer.echo(f"POINTMART_SANDBOX_KEYS={folder.resolve()}")


def application() -> Starlette:
    """Return the sandbox of the environment's settings.

    Raises:
        SandboxRefused: its keys cannot be read.
    """
    from transactional.payments.sandbox.app import SandboxSettings, create_app
    from transactional.payments.sandbox.key_files import NoSandboxKeys

    try:
        return create_app(SandboxSettings())
    except NoSandboxKeys as error:
        raise SandboxRefused(str(error)) from error
