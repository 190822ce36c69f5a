"""Behaviour events of a simulated past, written in PostgreSQL's binary format as they lie in arrays.

`POST /v1/events` checks that members and items are known, that a view names its item and that no event is of the
future. Here members and items are named by their place in the lists the database gave, so they are known; the other
two are checked.
"""

import io
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.world.catalogue import IntArray
from orchestration.cli.world.identity import Identities, rows_of
from transactional.database import Connection

KINDS = ("visit", "search", "view", "click", "favourite")
NO_ITEM = -1
_COLUMNS = ("tenant_id", "event_id", "member_id", "kind", "item_id", "occurred_at")
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
# PostgreSQL counts microseconds from the year 2000.
_EPOCH_SECONDS = 946_684_800


class EventRefused(ValueError):
    """An event that the API would refuse."""


class EventWriter:
    """Writes the events of a tenant.

    Args:
        members, items: as the database knows them, in the order of their numbers.
        until: epoch second after which nothing has happened yet.
    """

    def __init__(
        self, tenant_id: UUID, members: list[UUID], items: list[UUID], until: int, identities: Identities
    ) -> None:
        self._tenant = np.frombuffer(tenant_id.bytes, dtype=np.uint8)
        self._members = rows_of(members)
        self._items = rows_of(items)
        self._until = until
        self._identities = identities
        self._waiting: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
        self.count = 0

    def add(self, kind: IntArray, member: IntArray, item: IntArray, second: IntArray) -> None:
        """Add events, one element of each array per event.

        Args:
            kind: index into KINDS.
            member, item: numbers; NO_ITEM where there is none.
            second: epoch seconds.

        Raises:
            EventRefused: a view, click or favourite names no item, or one happened after the end.
        """
        if ((item == NO_ITEM) & (kind > KINDS.index("search"))).any():
            raise EventRefused("an event of this kind names an item")
        if len(second) and second.max() > self._until:
            raise EventRefused("an event happens after the end of the world")
        self._waiting.append((kind, member, item, second))

    async def flush(self, connection: Connection) -> None:
        """Write what was added."""
        if not self._waiting:
            return
        kind, member, item, second = (np.concatenate(part) for part in zip(*self._waiting, strict=True))
        self._waiting.clear()
        ids = self._identities.many(second * 1_000)
        pieces = [_HEADER]
        for number, name in enumerate(KINDS):
            for has_item in (False, True):
                chosen = np.flatnonzero((kind == number) & ((item != NO_ITEM) == has_item))
                if len(chosen):
                    columns: list[NDArray[np.uint8] | bytes | None] = [
                        np.broadcast_to(self._tenant, (len(chosen), 16)), ids[chosen], self._members[member[chosen]],
                        name.encode(), self._items[item[chosen]] if has_item else None, _moments(second[chosen]),
                    ]  # fmt: skip
                    pieces.append(_tuples(len(chosen), columns))
        pieces.append(_TRAILER)
        await connection.copy_to_table(
            "event",
            schema_name="mall",
            columns=_COLUMNS,
            format="binary",
            source=io.BytesIO(b"".join(pieces)),
        )
        self.count += len(kind)


def _moments(second: IntArray) -> NDArray[np.uint8]:
    microseconds = (second - _EPOCH_SECONDS) * 1_000_000
    return microseconds.astype(">i8").view(np.uint8).reshape(-1, 8)


def _tuples(count: int, columns: Sequence[NDArray[np.uint8] | bytes | None]) -> bytes:
    """Return rows in the binary format: the number of fields, then each field's length and bytes; -1 is null."""
    parts = [np.broadcast_to(_bytes(len(columns), 2), (count, 2))]
    for column in columns:
        if column is None:
            parts.append(np.broadcast_to(_bytes(-1, 4), (count, 4)))
            continue
        values = (
            np.broadcast_to(np.frombuffer(column, dtype=np.uint8), (count, len(column)))
            if isinstance(column, bytes)
            else column
        )
        parts += [np.broadcast_to(_bytes(values.shape[1], 4), (count, 4)), values]
    return np.concatenate(parts, axis=1).tobytes()


def _bytes(number: int, length: int) -> NDArray[np.uint8]:
    return np.frombuffer(number.to_bytes(length, signed=True), dtype=np.uint8)
