"""The pipeline's own key to the mall: made once by whoever runs the mall, kept where only they can read it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from orchestration.cli.secret import write_private
from orchestration.settings import DataFolder
from transactional.access.operations import issue_platform_key, platform_key_label


def kept_pipeline_key(database_url: str, file: Path) -> str:
    """Return the key in a private file, made on first use and whenever the database does not know it."""
    known = file.read_text().strip() if file.exists() else ""
    key = asyncio.run(_valid_or_new(database_url, known))
    if key != known:
        write_private(file, key)
    return key


@contextmanager
def announced(folder: DataFolder, transactional_url: str, key: str) -> Iterator[None]:
    """Let pipelines of this data folder find the running mall during the block; the file is private."""
    write_private(folder.mall, json.dumps({"transactional_url": transactional_url, "pipeline_key": key}))
    try:
        yield
    finally:
        folder.mall.unlink(missing_ok=True)


async def _valid_or_new(database_url: str, known: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        if await platform_key_label(connection, key=known, scope="write_back") is not None:
            return known
        return await issue_platform_key(connection, scope="write_back", label="kept by this installation")
    finally:
        await connection.close()
