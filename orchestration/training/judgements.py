"""What the ranking contests chose, by tenant, beside the tables of their models: the next trainings go by it.

The file holds no id of a member or an item. It is taken away before the tables are written and comes back after them:
a training that stopped between leaves nothing to go by, and the next one makes everything anew.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from orchestration import durable
from recommender.plain import plain
from recommender.ranking.judgement import Judgement


def read_judgements(ml: Path, code_version: str) -> dict[str, Judgement]:
    """Return the judgements by tenant that this version of the code made; one that cannot be read is not among them."""
    try:
        entries = json.loads(_path(ml).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    found = {}
    for entry in entries:
        if entry["code_version"] == code_version:
            with suppress(ValueError):
                found[entry["tenant_id"]] = Judgement.from_plain(entry["judgement"])
    return found


def forget_judgements(ml: Path) -> None:
    """Take the file away."""
    _path(ml).unlink(missing_ok=True)


def write_judgements(ml: Path, judgements: Mapping[str, Judgement], code_version: str) -> None:
    """Write the judgements as `ml/ranking_judgements.json`.

    Raises:
        OSError: the folder cannot be written or the disk is full; there is no file then.
    """
    entries = [
        {"tenant_id": tenant_id, "code_version": code_version, "judgement": plain(judgement)}
        for tenant_id, judgement in judgements.items()
    ]
    durable.write_text(_path(ml), json.dumps(entries, indent=1, allow_nan=False) + "\n")


def _path(ml: Path) -> Path:
    return ml / "ranking_judgements.json"
