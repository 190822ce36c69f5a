"""The truth behind a simulated tenant, which no system of the mall knows; judges of models read it."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from orchestration.cli.world.catalogue import CLASSES, BoolArray, Catalogue, FloatArray, IntArray
from orchestration.cli.world.members import Members, segment_names
from orchestration.cli.world.presets import CATEGORIES

MEASURES = ("demand", "lost_refused", "lost_unasked", "lost_blocked", "abusive")


class Truth:
    """Gathers the truth of a tenant day by day, then writes it as Parquet."""

    def __init__(self, tenant_id: UUID, days: int, items: int) -> None:
        self._tenant_id = str(tenant_id)
        self._pieces = {name: np.zeros((days, items), dtype=np.int32) for name in MEASURES}
        self._redemptions: list[UUID] = []
        self._late = array("b")
        self._score = array("b")
        self._answered = array("b")
        self._request_number = array("q")
        self._request_member = array("q")
        self._request_second = array("q")
        self._request_status = array("h")
        self._request_abusive = array("b")
        self._parcels: list[dict[str, Any]] = []
        self._noted: defaultdict[str, list[dict[str, object]]] = defaultdict(list)

    def note(self, table: str, row: dict[str, object]) -> None:
        """Note a row of a table that is written as it stands; its first column names the row."""
        self._noted[table].append(row)

    def wanted(self, measure: str, day: int, items: IntArray, pieces: IntArray) -> None:
        """Add pieces of items to what was wanted, lost or abused on a day."""
        np.add.at(self._pieces[measure][day], items, pieces)

    def asked(self, measure: str, day: int, item: int, pieces: int) -> None:
        """Add the pieces of one request to what was wanted, lost or abused on a day."""
        self._pieces[measure][day, item] += pieces

    def daily(self, measure: str, day: int) -> IntArray:
        """Return the pieces of each item on a day."""
        pieces: IntArray = self._pieces[measure][day].astype(np.int64)
        return pieces

    def satisfaction(self, redemption_id: UUID, late: bool, score: int, answered: bool) -> None:
        """Note how a member likes what it got, whether or not it says so."""
        self._redemptions.append(redemption_id)
        self._late.append(late)
        self._score.append(score)
        self._answered.append(answered)

    def parcels(self, columns: dict[str, Any]) -> None:
        """Note parcels, a sequence per column; moments are epoch seconds."""
        self._parcels.append(columns)

    def complaints(self, chances: FloatArray, complains: BoolArray) -> None:
        """Note of the parcels that were noted last how likely a complaint was, and whether there is one."""
        self._parcels[-1] |= {"complaint_chance": chances, "has_complaint": complains}

    def request(self, number: int, member: int, second: int, status: int, *, abusive: bool) -> None:
        """Note a request to redeem: its key's number, who sent it when, the answer's status, whether it was abuse."""
        self._request_number.append(number)
        self._request_member.append(member)
        self._request_second.append(second)
        self._request_status.append(status)
        self._request_abusive.append(abusive)

    def write(
        self,
        folder: Path,
        name: str,
        *,
        first: date,
        key: str,
        members: Members,
        member_ids: list[UUID],
        catalogue: Catalogue,
        item_ids: list[UUID],
    ) -> None:
        """Write one file per table, named after the tenant.

        Args:
            key: the idempotency key of a request, with `{}` for its number.
        """
        ids = [str(member_id) for member_id in member_ids]
        items = [str(item_id) for item_id in item_ids]
        tables = {
            "demand": self._demand(first, items),
            "members": _members(members, ids),
            "items": _items(catalogue, items),
            "satisfaction": pa.table(
                {
                    "redemption_id": [str(redemption_id) for redemption_id in self._redemptions],
                    "is_late": np.array(self._late, dtype=bool),
                    "score": np.array(self._score, dtype=np.int8),
                    "is_answered": np.array(self._answered, dtype=bool),
                }
            ),
            "requests": pa.table(
                {
                    "idempotency_key": [key.format(number) for number in self._request_number],
                    "member_id": pa.array(ids).take(pa.array(np.array(self._request_member, dtype=np.int64))),
                    "asked_at": _moments(self._request_second),
                    "response_status": np.array(self._request_status, dtype=np.int16),
                    "is_abusive": np.array(self._request_abusive, dtype=bool),
                }
            ),
        }
        if self._parcels:
            tables["parcels"] = self._parcels_table()
        tables |= {table: pa.Table.from_pylist(rows) for table, rows in self._noted.items()}
        for table, rows in tables.items():
            told = rows.add_column(0, "tenant_id", pa.repeat(self._tenant_id, len(rows)))
            (folder / table).mkdir(parents=True, exist_ok=True)
            parquet.write_table(told, folder / table / f"{name}.parquet")

    def _parcels_table(self) -> pa.Table:
        columns = {name: _joined([noted[name] for noted in self._parcels]) for name in self._parcels[0]}
        for moment in ("packed_at", "shipped_at", "delivered_at"):
            columns[moment] = _moments(columns[moment])
        return pa.table(columns)

    def _demand(self, first: date, items: list[str]) -> pa.Table:
        """Return a row per item and day on which anything was wanted; demand less what was lost was redeemed."""
        day, item = np.nonzero(self._pieces["demand"])
        pieces = {name: found[day, item] for name, found in self._pieces.items()}
        return pa.table(
            {
                "item_id": pa.array(items).take(pa.array(item)),
                "date": np.datetime64(first, "D") + day,
                **pieces,
                "lost": pieces["lost_refused"] + pieces["lost_unasked"] + pieces["lost_blocked"],
            }
        )


def _joined(parts: Sequence[Any]) -> Any:
    """Return the values of sequences of one kind, one after another."""
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else list(chain.from_iterable(parts))


def _moments(seconds: Any) -> pa.Array:
    """Return epoch seconds as moments, UTC."""
    return pa.array(np.asarray(seconds, dtype=np.int64)).cast(pa.timestamp("s", "UTC"))


def _members(members: Members, ids: list[str]) -> pa.Table:
    tastes = {f"taste_{c.code}": members.tastes[:, n] for n, c in enumerate(CATEGORIES)}
    return pa.table(
        {
            "member_id": ids,
            "segment": pa.array(segment_names()).take(pa.array(members.segment)),
            "is_abuser": members.is_abuser,
            "ring": members.ring,
            "engagement": members.engagement,
            **tastes,
        }
    )


def _items(catalogue: Catalogue, items: list[str]) -> pa.Table:
    return pa.table(
        {
            "item_id": items,
            "category": [CATEGORIES[c].code for c in catalogue.category],
            "class": [CLASSES[c] for c in catalogue.class_],
            "price_points": catalogue.price,
            "appeal": catalogue.appeal,
        }
    )
