"""What a decision tells the client."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and the members of the body, not yet encoded."""

    status: int
    body: dict[str, Any]
