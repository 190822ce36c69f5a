"""What members did in the week before a release was landed, added up when it is opened and kept as arrays, as the lots are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from serving.recommendations.domain import ACTS_KEPT, ACTS_WITHIN, Act, SignalKind
from serving.recommendations.spans import Spans

_KINDS: tuple[SignalKind, ...] = ("redemption", "favourite", "click", "view")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# By item as the release's arrays number them.
NAMES = "select name from release.marts.dim_item order by item_id"


def acts_before(landed_at: datetime) -> str:
    """Return the statement that tells what members did in the week before a landing, each one's newest first.

    Members are numbered as the release's array of them is sorted, items as theirs.
    """
    return f"""
    with
        members as (
            select tenant_id, member_id, row_number() over (order by tenant_id, member_id) - 1 as place
            from release.marts.dim_member
        ),
        items as (select item_id, row_number() over (order by item_id) - 1 as code from release.marts.dim_item),
        acts as (
            select tenant_id, member_id, 'redemption' as kind, item_id, effective_at as acted_at
            from release.marts.fct_redemption_lines
            where
                mode <> 'draw' and status not in ('cancelled', 'refunded') and refunded_quantity < quantity
                and effective_date >= {_sql(landed_at)}::date - {ACTS_WITHIN.days + 1}
            union all
            select tenant_id, member_id, kind, item_id, occurred_at
            from release.marts.fct_events
            where
                kind in ('view', 'click', 'favourite')
                and occurred_date >= {_sql(landed_at)}::date - {ACTS_WITHIN.days + 1}
        )
    select
        place::bigint as place, code::integer as item, (list_position({list(_KINDS)}, kind) - 1)::utinyint as kind,
        epoch_us(acted_at) as at_us
    from acts
    join members using (tenant_id, member_id)
    join items using (item_id)
    where acted_at > {_sql(landed_at - ACTS_WITHIN)}
    qualify row_number() over (partition by place order by acted_at desc) <= {ACTS_KEPT}
    order by place, acted_at desc
    """


class ReleasedActs:
    """The acts of members, by the place of the member.

    Args:
        columns: those of `acts_before`.
        item_ids, item_names: by the number of the item.
    """

    def __init__(
        self, columns: Mapping[str, NDArray[Any]], item_ids: Sequence[UUID], item_names: Sequence[str]
    ) -> None:
        self._spans = Spans(columns["place"])
        self._columns = [columns["kind"], columns["item"].astype(np.int32), columns["at_us"]]
        self._item_ids = item_ids
        self._item_names = item_names

    def of_member(self, place: int) -> list[Act]:
        """Return what a member did, the newest first; the release knows of all of it."""
        first, end = self._spans.of_member(place)
        if first == end:
            return []
        return [
            Act(
                _KINDS[kind],
                self._item_ids[item],
                self._item_names[item],
                _EPOCH + timedelta(microseconds=at_us),
                False,
            )
            for kind, item, at_us in zip(
                *(column[first:end].tolist() for column in self._columns), strict=True
            )
        ]


def _sql(moment: datetime) -> str:
    return f"timestamptz '{moment.isoformat()}'"
