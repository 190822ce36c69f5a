"""Model cards beside the tables of their models: a JSON file per area, one entry per tenant and what was learnt of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from math import isnan
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration import durable
from recommender.card import ModelCard

AREAS = ("ranking", "demand")
_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Making:
    """When (UTC) and by which version of the code models were trained."""

    trained_at: datetime
    code_version: str


def write_cards(ml: Path, area: str, cards: Sequence[tuple[str, ModelCard | None]], making: Making) -> int:
    """Write the cards of an area's models, by tenant, as `ml/<area>_cards.json`; return how many there are.

    Raises:
        OSError: the folder cannot be written or the disk is full; the former file stays.
    """
    entries = [_entry(tenant_id, card, making) for tenant_id, card in cards if card is not None]
    text = json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=False)
    durable.write_text(_path(ml, area), text + "\n")
    return len(entries)


def read_cards(ml: Path) -> list[dict[str, Any]]:
    """Return the cards of all areas as they were written; an area that was trained before there were cards has none."""
    cards: list[dict[str, Any]] = []
    for area in AREAS:
        if _path(ml, area).exists():
            cards += json.loads(_path(ml, area).read_text(encoding="utf-8"))
    return cards


def _path(ml: Path, area: str) -> Path:
    return ml / f"{area}_cards.json"


def _entry(tenant_id: str, card: ModelCard, making: Making) -> dict[str, Any]:
    told: dict[str, Any] = _plain(asdict(card))
    age = making.trained_at.astimezone(_BUSINESS_ZONE).date() - card.data.last
    told["limits"]["data_age_days"] = age.days
    return {
        "tenant_id": tenant_id,
        "trained_at": making.trained_at.isoformat(),
        "code_version": making.code_version,
        **told,
    }


def _plain(value: Any) -> Any:
    """Return what JSON can say: days as text, and nothing where a score has no interval."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and isnan(value) else value
