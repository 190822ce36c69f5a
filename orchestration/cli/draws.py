"""`pointmart draw verify`: runs a draw again from its public log."""

import asyncio
import re
from pathlib import Path
from typing import Annotated
from uuid import UUID

import asyncpg
import httpx
import msgspec
import typer

from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.draws.log_queries import whole_log
from transactional.draws.queries import tenant_of_draw
from transactional.draws.refusals import UnknownDraw
from transactional.draws.verification import DrawNotProven, read_log, verify

draw_app = typer.Typer(no_args_is_help=True, help="Check draws.")


class LogUnreadable(Refusal):
    """The public log cannot be read from where it should be."""


class DrawDiffers(Refusal):
    """The draw does not follow from its public log."""


@draw_app.callback()
def _draws() -> None:
    """Check draws."""


@draw_app.command("verify")
def verify_draw(
    log: Annotated[
        str,
        typer.Argument(
            help="A file with the public log, its address, or the id of a draw in this installation."
        ),
    ],
    seed_hash: Annotated[
        str | None,
        typer.Option(
            help="The commitment as you noted it before the first ticket; without it the log is checked against itself."
        ),
    ] = None,
    receipt: Annotated[
        str | None,
        typer.Option(help="A ticket's number and the log's head after it: 17:4be1… as its buyer was told."),
    ] = None,
) -> None:
    """Run a draw again: its commitment, the digest of its tickets, its winners. Exit code 1 if anything differs."""
    noted = _receipt(receipt)
    try:
        proven = verify(read_log(_document(log)), committed=seed_hash, receipt=noted)
    except DrawNotProven as error:
        raise DrawDiffers(str(error)) from error
    typer.echo(
        f"draw {proven.draw_id} ({proven.name}) is proven: {proven.winner_count} winners follow from the committed seed "
        f"and {proven.ticket_count} tickets with the log digest {proven.log_digest}"
    )


def _receipt(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    matched = re.fullmatch(r"(\d{1,7}):([0-9a-fA-F]{64})", text)
    if matched is None:
        raise typer.BadParameter("write a ticket's number, a colon and 64 hex digits", param_hint="--receipt")
    return int(matched[1]), matched[2]


def _document(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        return _fetched(source)
    try:
        draw_id = UUID(source)
    except ValueError:
        return _read(Path(source))
    return _stored(draw_id)


def _fetched(address: str) -> bytes:
    url = address.rstrip("/")
    if not url.endswith("/log"):
        url += "/log"
    try:
        answer = httpx.get(url, timeout=60, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LogUnreadable(f"{url} does not answer ({error}); check the address") from error
    if answer.status_code != 200:
        raise LogUnreadable(f"{url} answers {answer.status_code} instead of a draw's log; check the address")
    return answer.content


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise LogUnreadable(
            f"{file} cannot be read ({error.strerror}); name a file, the address of a log or the id of a draw"
        ) from error


def _stored(draw_id: UUID) -> bytes:
    async def read(url: str) -> bytes:
        connection = await asyncpg.connect(url)
        try:
            tenant_id = await tenant_of_draw(connection, draw_id)
            return msgspec.json.encode(await whole_log(connection, tenant_id=tenant_id, draw_id=draw_id))
        except UnknownDraw as error:
            raise LogUnreadable(f"there is no draw {draw_id} in this installation") from error
        finally:
            await connection.close()

    settings = PipelineSettings()
    with database(settings.data_dir, settings.database_url) as url:
        return asyncio.run(read(url))
