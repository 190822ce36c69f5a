"""Look-ups in the arrays of a release, which are mapped into memory: an answer reads the pages it needs.

A look-up is a sorted array of keys, the places where the rows of each key begin, and an array for each column of the
rows. A look-up that has no arrays has no rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from asyncpg.pgproto import pgproto
from numpy.typing import NDArray

from serving.recommendations.domain import ListedItem
from serving.recommendations.items import Codes, Items, Listed, Weighted
from serving.recommendations.shelf import NOWHERE

Arrays = Mapping[str, NDArray[Any]]

_ID_BYTES = 16
_NO_IDS = np.empty(0, f"S{_ID_BYTES}")
_NO_CODES: Codes = np.empty(0, np.int32)


class LookUp:
    """Rows by key; a key is one id or several, one after another.

    Raises:
        ValueError: the arrays do not belong together.
    """

    def __init__(self, arrays: Arrays, name: str, *columns: str) -> None:
        self._keys = arrays.get(f"{name}.keys", _NO_IDS)
        self._starts = arrays.get(f"{name}.starts", np.zeros(1, np.int64))
        self._columns = [arrays.get(f"{name}.{column}", _NO_CODES) for column in columns]
        lengths = {len(column) for column in self._columns}
        if columns and (len(self._starts) != len(self._keys) + 1 or lengths != {int(self._starts[-1])}):
            raise ValueError(f"the arrays of {name} do not belong together")
        self._no_rows = [column[:0] for column in self._columns]

    def rows(self, *ids: UUID, limit: int | None = None) -> list[NDArray[Any]]:
        """Return each column of a key's rows, at most so many of the first; none for a key that is not there."""
        place = self.place(*ids)
        return self.rows_at(NOWHERE if place is None else place, limit)

    def rows_at(self, place: int, limit: int | None = None) -> list[NDArray[Any]]:
        """Return each column of the rows of the key at a place; none for NOWHERE."""
        if place == NOWHERE:
            return self._no_rows
        start, stop = self._starts.item(place), self._starts.item(place + 1)
        if limit is not None:
            stop = min(stop, start + limit)
        return [column[start:stop] for column in self._columns]

    def places_of(self, keys: NDArray[Any]) -> NDArray[np.int32]:
        """Return the place of each of some keys; NOWHERE for those that are not there."""
        if not len(self._keys):
            return np.full(len(keys), NOWHERE, np.int32)
        places = np.minimum(self._keys.searchsorted(keys), len(self._keys) - 1)
        return np.where(self._keys[places] == keys, places, NOWHERE).astype(np.int32)

    @property
    def keys(self) -> NDArray[Any]:
        """Return the keys, sorted."""
        return self._keys

    def place(self, *ids: UUID) -> int | None:
        """Return the place of a key among all keys, or None if it is not there."""
        key = b"".join(each.bytes for each in ids)
        place = int(self._keys.searchsorted(key))
        # Bytes at the end that are zero are not told.
        is_there = place < len(self._keys) and self._keys[place].ljust(len(key), b"\0") == key
        return place if is_there else None


class _OfMembers:
    """Rows by the place of a member among all, which is looked for once for all that is known of the member."""

    def __init__(self, look_up: LookUp, members: LookUp) -> None:
        self._look_up = look_up
        self._places = look_up.places_of(members.keys)

    def rows(self, member: int) -> list[NDArray[Any]]:
        """Return each column of a member's rows."""
        return self._look_up.rows_at(self._places.item(member))


class RecommendedFrom:
    """What a release recommends from: lists by the place of a member, neighbours and popularity by ids.

    Attributes:
        item_ids: all items, by the number that a release gives them.

    Raises:
        ValueError: the arrays do not belong together.
    """

    def __init__(self, arrays: Arrays) -> None:
        # An answer names some thousand items; made anew each time, their ids would cost more than all the rest. Those
        # of the database's driver are hashed and compared five times as fast as Python's, which they equal.
        ids = np.asarray(arrays.get("items.keys", _NO_IDS)).tobytes()
        self.item_ids: list[UUID] = [
            pgproto.UUID(ids[at : at + _ID_BYTES]) for at in range(0, len(ids), _ID_BYTES)
        ]
        self._stages = arrays.get("stages", np.empty(0, "U1")).tolist()
        self._members = LookUp(arrays, "members")
        self._taken = _OfMembers(LookUp(arrays, "taken", "items", "counts"), self._members)
        self._popular = LookUp(arrays, "popular", "items")
        self._lists = {
            slice_: _OfMembers(lists, self._members)
            for slice_, lists in _by_name(arrays, "lists", "items", "stages").items()
        }
        self._neighbours = _by_name(arrays, "neighbours", "items", "weights")
        self._starting = _by_name(arrays, "starting", "items", "scores")

    @property
    def no_items(self) -> Items:
        """Return none of the release's items."""
        return self._items(_NO_CODES)

    def place(self, tenant_id: UUID, member_id: UUID) -> int | None:
        """Return the place of a member among all that the release counts, sorted by tenant; None if it does not."""
        return self._members.place(tenant_id, member_id)

    def listed(self, member: int, slice_: str) -> Sequence[ListedItem]:
        """Return the list of a slice of the member at a place, best first."""
        if slice_ not in self._lists:
            return []
        items, stages = self._lists[slice_].rows(member)
        return Listed(self._items(items), stages, self._stages)

    def redemption_counts(self, member: int) -> dict[UUID, int]:
        """Return item → how often the member at a place redeemed it."""
        items, counts = self._taken.rows(member)
        return dict(zip(self._items(items), counts.tolist(), strict=True))

    def popular(self, tenant_id: UUID, limit: int | None) -> Items:
        """Return the tenant's items, most popular first."""
        (items,) = self._popular.rows(tenant_id, limit=limit)
        return self._items(items)

    def neighbours(self, tenant_id: UUID, item_id: UUID, kind: str) -> Weighted:
        """Return an item's neighbours of a kind with their weights, closest first."""
        return self._weighted(self._neighbours, kind, tenant_id, item_id)

    def starting(self, tenant_id: UUID, group: str) -> Weighted:
        """Return what a group of newcomers is shown first with its scores, best first."""
        return self._weighted(self._starting, group, tenant_id)

    def _weighted(self, look_ups: Mapping[str, LookUp], name: str, *ids: UUID) -> Weighted:
        if name not in look_ups:
            return Weighted(self._items(_NO_CODES), np.empty(0))
        items, weights = look_ups[name].rows(*ids)
        return Weighted(self._items(items), weights)

    def _items(self, codes: Codes) -> Items:
        return Items(self.item_ids, codes)


def _by_name(arrays: Arrays, name: str, *columns: str) -> dict[str, LookUp]:
    """Return look-ups called `<name>-<what they are of>` by what they are of."""
    prefix, suffix = f"{name}-", ".keys"
    found = [
        key.removeprefix(prefix).removesuffix(suffix)
        for key in arrays
        if key.startswith(prefix) and key.endswith(suffix)
    ]
    return {of: LookUp(arrays, prefix + of, *columns) for of in found}
