"""What an account must look like after what was done with it, computed beside the mall and not by it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Expected:
    """A member's account as it must be.

    Attributes:
        transfers: the kind and the points of each change.
    """

    member_id: str
    transfers: list[tuple[str, int]] = field(default_factory=list)

    def move(self, kind: str, points: int) -> None:
        """Note a change that the mall confirmed."""
        self.transfers.append((kind, points))

    @property
    def balance(self) -> int:
        """Return what must be left."""
        return sum(points for _, points in self.transfers)

    @property
    def buckets(self) -> dict[str, int]:
        """Return what the balance must tell."""
        spent = -sum(points for kind, points in self.transfers if kind in ("redeem", "refund"))
        return {
            "available": self.balance, "held": 0, "pending": 0, "expired": 0, "spent": spent, "unswept": 0,
            "balance": self.balance, "owed_points": 0,
        }  # fmt: skip


def differences(expected: Mapping[str, Any], told: Any, where: str) -> list[str]:
    """Return which fields of an answer are not as expected, a line each; fields beyond are not looked at."""
    if not isinstance(told, Mapping):
        return [f"{where}: {name} is missing" for name in expected]
    return [
        f"{where}: {name} is {told.get(name)!r}, expected {value!r}"
        for name, value in expected.items()
        if not _matches(value, told.get(name))
    ]


def ledger_differences(expected: Expected, entries: Sequence[Mapping[str, Any]], where: str) -> list[str]:
    """Return what is wrong with an account's entries, a line each.

    Per transfer they must sum to what was confirmed; and each entry must go on from where another stopped, so that from
    nothing to the balance no step is left out, made up or made twice.
    """
    sums: dict[tuple[str, str], int] = {}
    for entry in entries:
        key = (str(entry["transfer_id"]), str(entry["kind"]))
        sums[key] = sums.get(key, 0) + int(entry["amount"])
    told = sorted((kind, points) for (_, kind), points in sums.items())
    wrong = []
    if told != sorted(expected.transfers):
        missing = _minus(expected.transfers, told)
        more = _minus(told, expected.transfers)
        wrong += [f"{where}: the transfer {kind} {points:+d} has no entries" for kind, points in missing]
        wrong += [f"{where}: nobody asked for the transfer {kind} {points:+d}" for kind, points in more]
    after = [int(entry["balance_after"]) for entry in entries]
    before = [int(entry["balance_after"]) - int(entry["amount"]) for entry in entries]
    if sorted([0, *after]) != sorted([*before, expected.balance]):
        wrong.append(f"{where}: the entries' balances do not lead from 0 to {expected.balance}")
    wrong += [f"{where}: an entry leaves {balance}" for balance in after if balance < 0]
    return wrong


def _matches(expected: Any, told: Any) -> bool:
    """Tell whether a value is as expected, at any depth; fields beyond may be of a newer mall."""
    if isinstance(expected, Mapping):
        return isinstance(told, Mapping) and all(
            _matches(value, told.get(name)) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(told, list)
            and len(told) == len(expected)
            and all(_matches(one, other) for one, other in zip(expected, told, strict=True))
        )
    return bool(told == expected)


def _minus(these: Sequence[tuple[str, int]], those: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    left = list(these)
    for one in those:
        if one in left:
            left.remove(one)
    return left
