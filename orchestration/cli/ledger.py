"""`pointmart ledger seal | verify`: the hash chain over the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.ledger.chain import seal, seal_restored
from transactional.ledger.verify import Chain, verify
from transactional.problems import Problem

app = typer.Typer(no_args_is_help=True, help="Seal and verify the ledger's hash chain.")

T = TypeVar("T")


class LedgerRefused(Refusal):
    """The ledger does not verify, or cannot be sealed."""


def _hash(text: str) -> bytes:
    try:
        value = bytes.fromhex(text.strip())
    except ValueError:
        value = b""
    if len(value) != 32:
        raise typer.BadParameter("a head hash is 64 hexadecimal digits, as `ledger verify` prints it")
    return value


@app.command("seal")
def seal_now(
    after_restore: Annotated[
        bool,
        typer.Option(
            "--after-restore",
            help="Once after a dump was restored into a new server, which numbers transactions anew: tell what is "
            "sealed already by its identifier. The chain records that this happened.",
        ),
    ] = False,
) -> None:
    """Seal all rows of finished transactions now; the worker does so every few seconds."""

    async def work(connection: asyncpg.Connection) -> int:
        if after_restore:
            return await seal_restored(connection)
        with console.status("seal") as status:
            done = 0

            def sealed(rows: int) -> None:
                nonlocal done
                done += rows
                status.update(f"seal: {done:,} transfers and events")

            return await seal(connection, sealed=sealed)

    console = Console()
    count = _with_connection(work)
    console.print(f"sealed {count:,} transfers and events", highlight=False)


@app.command("verify")
def verify_now(
    tenant: Annotated[str | None, typer.Option(help="The enterprise code; every tenant if left out.")] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            help="A head hash noted earlier, which must still be on the chain; may be given several times. Without "
            "it, somebody who can write everything here could have cut or rewritten the whole chain: keep the heads "
            "of past runs outside this database.",
        ),
    ] = None,
) -> None:
    """Verify every sealed row, the chain itself and what is derived; exit with 1 and name the first broken row."""
    heads = frozenset(_hash(text) for text in head or [])
    console = Console()

    async def work(connection: asyncpg.Connection) -> list[Chain]:
        with _bar(console) as progress:
            return await verify(connection, code=tenant, heads=heads, progress=progress)

    chains = _with_connection(work)
    console.print(_table(chains, datetime.now(UTC)))
    # Whole, on lines of their own, so that they can be copied for --head.
    for chain in chains:
        if chain.head is not None:
            typer.echo(f"{chain.code} {chain.head.hex()}")


def _table(chains: list[Chain], now: datetime) -> Table:
    table = Table("tenant")
    for heading in ("sealed rows", "blocks", "unsealed rows", "for"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for chain in chains:
        age = "" if chain.unsealed_since is None else f"{(now - chain.unsealed_since).total_seconds():,.0f} s"
        note = "carried over from another server" if chain.is_restored else ""
        table.add_row(
            chain.code, f"{chain.rows:,}", f"{chain.blocks:,}", f"{chain.unsealed_rows:,}", age, note
        )
    return table


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a bar during the block; it gives a function of (words, done, total)."""
    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def advance(words: str, done: int, total: int | None) -> None:
            progress.update(task, description=words)
            if total is not None:
                progress.update(task, completed=done, total=total)

        yield advance


def _with_connection(work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Run work on the owner's connection; no role of a service sees all of the ledger."""

    async def connected(url: str) -> T:
        connection = await asyncpg.connect(url)
        try:
            return await work(connection)
        except Problem as problem:
            raise LedgerRefused(problem.detail) from problem
        finally:
            await connection.close()

    settings = PipelineSettings()
    with database(settings.data_dir, settings.database_url) as url:
        return asyncio.run(connected(url))
