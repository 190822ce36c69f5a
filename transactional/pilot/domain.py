"""Who is in a pilot. Pure; the warehouse computes the same from the same columns."""

from dataclasses import dataclass
from datetime import date
from hashlib import md5
from uuid import UUID

from transactional.problems import Problem


@dataclass(frozen=True)
class Pilot:
    """A share of a tenant's members, in basis points, who see the mall from a day to another, both included."""

    salt: str
    share_bp: int
    starts_on: date
    ends_on: date


class PilotBegun(Problem):
    """The pilot has begun, so whom it chose is fixed."""

    slug = "pilot-begun"
    title = "The pilot has begun"
    status = 409

    def __init__(self, starts_on: date) -> None:
        super().__init__(
            f"the pilot began on {starts_on}; its share and first day are fixed, only its last day may move"
        )


class NoPilot(Problem):
    """The tenant has no pilot."""

    slug = "no-pilot"
    title = "There is no pilot"
    status = 404

    def __init__(self) -> None:
        super().__init__("your tenant has no pilot; PUT /v1/pilot sets one")


def is_chosen(pilot: Pilot, member_id: UUID) -> bool:
    """Tell whether a member is of the pilot's share: by a hash, so that it is the same whenever it is asked."""
    digest = md5(f"{pilot.salt}{member_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) % 10_000 < pilot.share_bp
