"""Model cards beside the tables of their models: a JSON file per area, one entry per tenant and what was learnt of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration import durable
from recommender.card import ModelCard
from recommender.plain import plain

AREAS = ("ranking", "demand")
_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Making:
    """When (UTC) and by which version of the code models were trained."""

    trained_at: datetime
    code_version: str

    @property
    def day(self) -> date:
        """The business day of the training."""
        return self.trained_at.astimezone(_BUSINESS_ZONE).date()


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
    told: dict[str, Any] = plain(card)
    told["limits"]["data_age_days"] = (making.day - card.data.last).days
    told["chosen_on"] = told["chosen_on"] or making.day.isoformat()
    return {
        "tenant_id": tenant_id,
        "trained_at": making.trained_at.isoformat(),
        "code_version": making.code_version,
        **told,
    }
