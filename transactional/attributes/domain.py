"""Declared attributes, what a value of one may be, and the refusals. Pure.

Problem
├── UnknownAttribute      404  the tenant declared no such attribute, or retired it
├── AttributeFixed        409  it was declared otherwise before
└── AttributeRefused      422  the declaration makes no sense, or the value is none of the attribute's
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from transactional.problems import Problem

AttributeType = Literal["text", "integer", "date", "choice"]
# Which consent a value rests on.
AttributePurpose = Literal["profiling", "marketing", "service"]

MAX_ATTRIBUTES = 50
MAX_CHOICES = 50
_MAX_TEXT = 200
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnknownAttribute(Problem):
    """The tenant declared no such attribute."""

    slug = "unknown-attribute"
    title = "No such attribute"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(
            f"your tenant keeps no attribute {name!r}; declare it first with PUT /v1/member-attributes/{name}",
            attribute=name,
        )


class AttributeFixed(Problem):
    """The attribute was declared otherwise."""

    slug = "attribute-fixed"
    title = "The attribute was declared otherwise"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was declared with another type or purpose, or with choices that are missing now; members agreed to "
            "that, so declare one of another name",
            attribute=name,
        )


class AttributeRefused(Problem):
    """The declaration or the value cannot be."""

    slug = "attribute-refused"
    title = "The attribute cannot be so"
    status = 422

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}", attribute=name)


@dataclass(frozen=True)
class Declaration:
    """What is kept under a name, and what for.

    Attributes:
        is_personal: it is sealed with the member's key and never leaves. What is not personal is a choice.
    """

    name: str
    type: AttributeType
    purpose: AttributePurpose
    is_personal: bool
    choices: tuple[str, ...] = ()

    def checked(self, value: str) -> str:
        """Return a value as it is kept.

        Raises:
            AttributeRefused: it is none of this attribute's.
        """
        if self.type == "choice" and value not in self.choices:
            raise AttributeRefused(self.name, f"choose one of {', '.join(self.choices)}")
        if self.type == "integer" and not _INTEGER.fullmatch(value):
            raise AttributeRefused(self.name, "write a whole number of at most 18 digits")
        if self.type == "date" and not _is_day(value):
            raise AttributeRefused(self.name, "write a day, such as 1990-03-01")
        if not 1 <= len(value) <= _MAX_TEXT or "\x00" in value:
            raise AttributeRefused(self.name, f"write 1 to {_MAX_TEXT} characters")
        return value


def check_declaration(told: Declaration) -> None:
    """Make sure that a declaration makes sense.

    Raises:
        AttributeRefused: choices without being a choice, or the other way round, or free text that is not personal.
    """
    if told.type == "choice" and len(set(told.choices)) != max(len(told.choices), 2):
        raise AttributeRefused(told.name, "name two or more different choices")
    if told.type != "choice" and told.choices:
        raise AttributeRefused(told.name, "only an attribute of type choice has choices")
    if not told.is_personal and told.type != "choice":
        raise AttributeRefused(
            told.name, "what is not one of a few choices can identify somebody: declare it personal"
        )


def check_change(known: Declaration, told: Declaration) -> None:
    """Make sure that a declaration only adds choices to the one before.

    Raises:
        AttributeFixed: it changes something else.
    """
    same = (known.type, known.purpose, known.is_personal) == (told.type, told.purpose, told.is_personal)
    if not same or not set(known.choices) <= set(told.choices):
        raise AttributeFixed(told.name)


def names_of(declarations: Sequence[Declaration]) -> dict[str, Declaration]:
    """Return declarations by their name."""
    return {one.name: one for one in declarations}


def _is_day(value: str) -> bool:
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
