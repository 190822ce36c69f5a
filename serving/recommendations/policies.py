"""Which policy chooses a member's slate."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from serving.recommendations.domain import Policy


@dataclass(frozen=True)
class Experiment:
    """What is set aside to learn from.

    Attributes:
        control_share: the share of members who get what is popular, to compare the recipe with.
        exploration_share: the probability that a new item stands in the exploring place.
    """

    control_share: float = 0.0
    exploration_share: float = 0.1


def policy_of(tenant_id: UUID, member_id: UUID, *, is_personalised: bool, control_share: float) -> Policy:
    """Return a member's policy, always the same one while the share stays; a larger share keeps those it had."""
    if not is_personalised:
        return "unpersonalised"
    if not control_share:
        return "recipe"
    digest = sha256(b"control" + tenant_id.bytes + member_id.bytes).digest()
    return "popularity" if int.from_bytes(digest[:8], "big") < control_share * 2**64 else "recipe"
