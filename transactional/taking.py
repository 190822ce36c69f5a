"""What the rows of a file are taken by: in whose name, when, in which transaction, and how."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from transactional.database import Connection
from transactional.problems import InvalidRequest, Problem
from transactional.vault import Vault

Row = TypeVar("Row", bound=BaseModel)
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Taking:
    """The one transaction in which the rows of a file are taken.

    Attributes:
        by: who imports them: the person who is logged in, or whom a program names.
        subject_key: the key by which addresses and devices are hashed.
        max_prize_fen: the most a prize of a draw may be worth.
    """

    connection: Connection
    tenant_id: UUID
    by: str | None
    now: datetime
    vault: Vault | None
    subject_key: bytes
    max_prize_fen: int

    def answered_by(self) -> str:
        """Return who answers for the rows.

        Raises:
            InvalidRequest: a program names nobody.
        """
        if self.by is None:
            raise InvalidRequest("imported_by: tell who does this")
        return self.by


# Takes a row, and tells whether anything is new by it; refuses it by a Problem before it writes anything of it.
Take = Callable[[Taking, Row], Awaitable[bool]]
# Takes rows that belong together in the same way, and tells by how many of them anything is new.
TakeGroup = Callable[[Taking, Sequence[Row]], Awaitable[int]]
# Tells what each row asks for, or why it cannot.
Read = Callable[[Taking, Sequence[Row]], Awaitable[Sequence[Asked | Problem]]]
# Takes what is asked for, and tells of each whether anything is new by it, or why it was refused.
TakeSet = Callable[[Taking, Sequence[Asked]], Awaitable[Sequence[bool | Problem]]]


def news(done: Iterable[tuple[UUID, bool] | Problem]) -> list[bool | Problem]:
    """Return of each thing that was done, by its id, whether it is new, or why it was refused."""
    return [one if isinstance(one, Problem) else one[1] for one in done]
