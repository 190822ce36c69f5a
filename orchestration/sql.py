"""Text inside SQL statements that take no parameters."""

from pathlib import Path


def quoted(text: Path | str) -> str:
    """Return a text as it stands between single quotes in SQL."""
    return str(text).replace("'", "''")
