"""Figures as a file keeps them."""

import json
from pathlib import Path
from typing import Any


def write_figures(figures: dict[str, Any], out: Path) -> None:
    """Write figures as JSON, whole or not at all."""
    half = out.with_suffix(".half")
    half.write_text(json.dumps(figures, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    half.replace(out)
