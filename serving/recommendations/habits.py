"""How members spend and earn as of a release, added up when it is opened and kept as arrays, as the lots are."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_PROFILES = (None, "young", "family", "senior", "traveller")
_NEVER_PAID = 0.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# One row per member, in the order in which the release's array of members is sorted. What ended with nothing says
# nothing of what a member pays, nor does the ticket of a draw.
HABITS = f"""
with
    redeemed as (
        select tenant_id, member_id, median(unit_points) as usual_points
        from release.marts.fct_redemption_lines
        where status not in ('cancelled', 'refunded') and mode <> 'draw'
        group by all
    ),
    latest as (
        select tenant_id, member_id, max(effective_at) as redeemed_at
        from release.marts.fct_redemption_lines
        group by all
    ),
    earned as (
        select tenant_id, member_id, sum(amount_points)::bigint // 3 as earned_points
        from release.marts.fct_entries
        join release.marts.dim_tenant using (tenant_id)
        where
            account_kind = 'member' and transfer_kind = 'earn' and amount_points > 0
            and effective_date > last_fact_date - 90
        group by all
    )
select
    is_personalised,
    coalesce(list_position({[profile for profile in _PROFILES if profile]}, profile), 0)::bigint as profile,
    coalesce(usual_points, {_NEVER_PAID})::double as usual_points,
    coalesce(earned_points, 0)::bigint as earned_points,
    coalesce(epoch_us(redeemed_at), 0)::bigint as redeemed_at_us
from release.marts.dim_member
left join redeemed using (tenant_id, member_id)
left join latest using (tenant_id, member_id)
left join earned using (tenant_id, member_id)
order by tenant_id, member_id
"""


class Habits(Struct, frozen=True):
    """A member's ways as of the landing.

    Attributes:
        is_personalised: false once the member has refused personal recommendations.
        profile: the coarse group it belongs to, if one is known.
        usual_points: the median price of what it redeemed; None without any.
        earned_points: what it earned in 30 days, on average of the last 90.
        redeemed_at: when it last redeemed anything, whatever became of it; 1970 if it never has.
    """

    is_personalised: bool = True
    profile: str | None = None
    usual_points: float | None = None
    earned_points: int = 0
    redeemed_at: datetime = _EPOCH


class ReleasedHabits:
    """The ways of members, by the place of the member.

    Args:
        columns: those of `HABITS`.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        self._is_personalised = columns["is_personalised"]
        self._profiles = columns["profile"].astype(np.uint8)
        self._usual_points = columns["usual_points"]
        self._earned_points = columns["earned_points"]
        self._redeemed_at = columns["redeemed_at_us"]

    def of_member(self, place: int) -> Habits:
        """Return a member's ways."""
        return Habits(
            self._is_personalised.item(place),
            _PROFILES[self._profiles.item(place)],
            self._usual_points.item(place) or None,
            self._earned_points.item(place),
            _EPOCH + timedelta(microseconds=self._redeemed_at.item(place)),
        )
