"""Databases of one test, copied from a migrated one."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from orchestration.cli.postgres import EmbeddedPostgres


@contextmanager
def fresh_database(server: EmbeddedPostgres, template: str, name: str) -> Iterator[str]:
    """Give the URL of a copy of a database for the block."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        # On a server that does not wait for the disk, copying files takes half of what logging each page does.
        connection.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield server.url(name)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")
