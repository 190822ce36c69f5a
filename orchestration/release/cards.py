"""The cards of a release's models, each saying since when its models have been in use."""

from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.release.manifest import BrokenRelease
from orchestration.release.shelf import Shelf, UnknownRelease
from orchestration.settings import DataFolder
from orchestration.training.cards import read_cards

# Where they are among a manifest's models; manifests of earlier versions have none.
CARDS = "cards"


def cards_to_release(folder: DataFolder, released_at: datetime) -> list[dict[str, Any]]:
    """Return the cards of the last training, with `released_since` (UTC) in each choice.

    A model that the current release uses for the same slice has been in use since then, any other one since now.
    """
    since = _in_use(folder.releases)
    return [
        card
        | {
            "choices": [
                choice | {"released_since": since.get(_use(card, choice), released_at.isoformat())}
                for choice in card["choices"]
            ]
        }
        for card in read_cards(folder.ml)
    ]


def _in_use(releases: Path) -> dict[tuple[str, ...], str]:
    shelf = Shelf(releases)
    try:
        cards = shelf.manifest(shelf.current_id() or "current").models.get(CARDS, [])
    except (BrokenRelease, UnknownRelease):
        return {}
    return {_use(card, choice): choice["released_since"] for card in cards for choice in card["choices"]}


def _use(card: dict[str, Any], choice: dict[str, Any]) -> tuple[str, ...]:
    return card["area"], card["tenant_id"], choice["slice"], choice["model"]
