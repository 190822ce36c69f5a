"""What a report consists of, before anybody decides how a file tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboards.charts import Chart
from dashboards.tables import Table
from dashboards.words import Language

Tone = Literal["good", "bad", "plain"]
# How much of the page's width a chart takes; two halves stand side by side.
Width = Literal["whole", "half"]


@dataclass(frozen=True)
class Heading:
    """The title of a part; charts and tables stand in one."""

    text: str


@dataclass(frozen=True)
class Note:
    """A sentence in small print, or, if it is a warning, one that stands out."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Card:
    """One figure: its value, how it stands (told in `state`, never by colour alone), its change and what it is of."""

    name: str
    value: str
    state: str
    change: str
    sample: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Cards:
    """Figures side by side."""

    cards: Sequence[Card]


@dataclass(frozen=True)
class Picture:
    """A chart with its title, what it shows in words, and how to read it; without one, `note` says why."""

    title: str
    chart: Chart | None
    alt: str
    note: str = ""
    width: Width = "whole"


@dataclass(frozen=True)
class Rows:
    """A table; on paper only its first rows are shown if there are more than `most`, in files all of them.

    `is_titled` is false where the heading before it says the same.
    """

    table: Table
    most: int = 40
    is_titled: bool = True


@dataclass(frozen=True)
class Definitions:
    """Names and what they mean."""

    entries: Sequence[tuple[str, str]]


Block = Heading | Note | Cards | Picture | Rows | Definitions


@dataclass(frozen=True)
class Report:
    """A report of one tenant over one period.

    Attributes:
        answer: the sentences that say the most important.
        complete_until: up to when its figures are complete, UTC.
        as_of: the same in words.
        source: the release that they are from.
    """

    language: Language
    title: str
    tenant: str
    period: str
    complete_until: datetime
    as_of: str
    source: str
    answer: str
    blocks: Sequence[Block]

    @property
    def tables(self) -> list[Table]:
        """Return its tables in the order they come."""
        return [block.table for block in self.blocks if isinstance(block, Rows)]
