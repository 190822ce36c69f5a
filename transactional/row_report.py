"""What is told of a file whose rows cannot all be used: each of them, and that nothing of the file was taken."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from transactional.problems import Problem

Item = TypeVar("Item")
Made = TypeVar("Made")

_MOST_TOLD = 100


class RowsRefused(Problem):
    """Rows of a file cannot be used, so nothing of it was imported."""

    slug = "rows-refused"
    title = "Rows of the file cannot be used"
    status = 422

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        count = "1 problem" if len(rows) == 1 else f"{len(rows)} problems"
        super().__init__(
            f"rows of the file cannot be used ({count}), so nothing was imported; correct them and send "
            "the file again. Row 1 is the first after the header.",
            problem_count=len(rows),
            rows=list(rows[:_MOST_TOLD]),
        )


@dataclass(frozen=True)
class FileRows(Generic[Item]):
    """The rows of a file that are of the form, their numbers in it, and what is wrong with the others.

    So whoever corrects a file is told at once what its form forbids and what the database does.
    """

    rows: Sequence[Item]
    numbers: Sequence[int]
    wrong: Sequence[dict[str, Any]] = ()

    def each(self, make: Callable[[Item], Made]) -> "FileRows[Made]":
        """Return what is made of each row, under its number."""
        return FileRows([make(row) for row in self.rows], self.numbers, self.wrong)

    def require(self, found: Sequence[dict[str, Any]] = ()) -> None:
        """Make sure that nothing is wrong with the file.

        Raises:
            RowsRefused: what was wrong with it, and what else was found.
        """
        if wrong := [*self.wrong, *found]:
            raise RowsRefused(sorted(wrong, key=lambda one: int(one["row"])))


def repeated(
    column: str, values: Sequence[Hashable], numbers: Sequence[int] | None = None
) -> list[dict[str, Any]]:
    """Return what is wrong with each row that names what a row before it named; by default they count from 1."""
    first: dict[Hashable, int] = {}
    wrong = []
    for number, value in zip(numbers or range(1, len(values) + 1), values, strict=True):
        before = first.setdefault(value, number)
        if before != number:
            wrong.append({"row": number, "column": column, "problem": f"row {before} names the same"})
    return wrong


def all_made(outcomes: Iterable[Made | Problem]) -> list[Made]:
    """Return what was made of the rows of a file, from the first on.

    Raises:
        RowsRefused: naming every row that was refused.
    """
    return _all_made(enumerate(outcomes, start=1))


async def all_or_nothing(items: Sequence[Item], take: Callable[[Item], Awaitable[Made]]) -> list[Made]:
    """Take each item inside the caller's transaction.

    Args:
        take: refuses by a Problem, before it writes anything of the item.

    Raises:
        RowsRefused: naming every item that was refused; the caller's transaction then takes back the others.
    """
    return await _all_or_nothing(enumerate(items, start=1), take)


async def groups_or_nothing(
    items: Sequence[Item], key: Callable[[Item], Hashable], take: Callable[[Sequence[Item]], Awaitable[Made]]
) -> list[Made]:
    """Take items that have the same key together, as `all_or_nothing`.

    Raises:
        RowsRefused: naming the first item of every group that was refused.
    """
    groups: dict[Hashable, tuple[int, list[Item]]] = {}
    for number, item in enumerate(items, start=1):
        groups.setdefault(key(item), (number, []))[1].append(item)
    return await _all_or_nothing(groups.values(), take)


async def _all_or_nothing(
    numbered: Iterable[tuple[int, Item]], take: Callable[[Item], Awaitable[Made]]
) -> list[Made]:
    outcomes: list[tuple[int, Made | Problem]] = []
    for number, item in numbered:
        try:
            outcomes.append((number, await take(item)))
        except Problem as problem:
            outcomes.append((number, problem))
    return _all_made(outcomes)


def _all_made(outcomes: Iterable[tuple[int, Made | Problem]]) -> list[Made]:
    made: list[Made] = []
    refused: list[dict[str, Any]] = []
    for number, outcome in outcomes:
        if isinstance(outcome, Problem):
            refused.append(
                {"row": number, "column": None, "problem": outcome.detail, "refusal": outcome.document()}
            )
        else:
            made.append(outcome)
    if refused:
        raise RowsRefused(refused)
    return made
