"""Takes many things in a few statements, to the same end as one after the other."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from transactional.problems import Problem

Item = TypeVar("Item")
Made = TypeVar("Made")


async def taken_together(
    items: Sequence[Item],
    keys: Callable[[Item], Iterable[Hashable]],
    take: Callable[[Sequence[Item]], Awaitable[Sequence[Made | Problem]]],
) -> list[Made | Problem]:
    """Take items in as few calls as keep apart those that have a key in common, the earlier one before.

    So a call finds what those before it wrote, and nothing of what it is given bears on anything else of it.

    Args:
        take: tells in their order what it made of the items, or why it refused one and wrote nothing of it.

    Returns:
        What became of each item, in their order.
    """
    outcomes: dict[int, Made | Problem] = {}
    for wave in _waves([list(keys(item)) for item in items]):
        made = await take([items[number] for number in wave])
        outcomes |= zip(wave, made, strict=True)
    return [outcomes[number] for number in range(len(items))]


async def taken_where_right(
    asked: Sequence[Item | Problem],
    take: Callable[[Sequence[Item]], Awaitable[Sequence[Made | Problem]]],
) -> list[Made | Problem]:
    """Take what is no problem yet, in one call, and return what became of each in their order."""
    made = iter(await take([one for one in asked if not isinstance(one, Problem)]))
    return [one if isinstance(one, Problem) else next(made) for one in asked]


def attempt(make: Callable[[], Made]) -> Made | Problem:
    """Return what is made, or the problem for which it is not."""
    try:
        return make()
    except Problem as problem:
        return problem


def the_one(outcomes: Sequence[Made | Problem]) -> Made:
    """Return what became of the only item.

    Raises:
        Problem: it was refused.
    """
    (outcome,) = outcomes
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


class NamedIds(dict[str, UUID]):
    """Ids by the names that are there; any other name is refused."""

    def __init__(self, found: Iterable[tuple[str, UUID]], unknown: Callable[[str], Problem]) -> None:
        super().__init__(found)
        self._unknown = unknown

    def __missing__(self, name: str) -> UUID:
        raise self._unknown(name)


def _waves(keys: Sequence[Sequence[Hashable]]) -> list[list[int]]:
    waves: list[list[int]] = []
    # How many waves there are up to the last one with a key.
    used: dict[Hashable, int] = {}
    for number, own in enumerate(keys):
        depth = max((used.get(key, 0) for key in own), default=0)
        if depth == len(waves):
            waves.append([])
        waves[depth].append(number)
        used |= dict.fromkeys(own, depth + 1)
    return waves
