"""Small secrets that are made once and kept in the data folder, readable by its owner only."""

import json
import os
import secrets
from pathlib import Path
from typing import Any


def kept_secret(file: Path) -> str:
    """Return the secret in a file, made on first use."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32))
    return file.read_text().strip()


def read_private(file: Path) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None if there is none."""
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    return found


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    half = file.with_suffix(".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    half.replace(file)
