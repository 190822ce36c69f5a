"""A member as it is now, or as it was when a release was landed."""

from collections.abc import Sequence

from msgspec import Struct

from serving.recommendations.balance import Balance
from serving.recommendations.domain import Act


class Member(Struct, frozen=True):
    """A member at a moment.

    Attributes:
        is_personalised: false once it has refused personal recommendations.
        profile: the coarse group it belongs to, if one is known.
        acts: what it did in the week before, and redemptions that no release has; the newest 50, newest first.
    """

    is_personalised: bool
    profile: str | None
    balance: Balance
    acts: Sequence[Act] = ()
