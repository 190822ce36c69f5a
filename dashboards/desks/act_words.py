"""How one act is told: who did what to which row, and by column what it was and what it is."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from dashboards.desks.telling import clock_time, mark, moment
from dashboards.mall import Told
from dashboards.roles import role_name
from dashboards.words import NOTHING, Words

_BASIS_POINTS = 100
_KEY, _PLATFORM_KEY, _DATABASE = "key: ", "platform key: ", "database: "


@cache
def names() -> dict[str, dict[str, dict[str, str]]]:
    """Return the words for kinds of rows, columns and codes, by kind of name, name and language."""
    text = (files("dashboards.desks") / "act_names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _named(words: Words, kind: str, name: str) -> str:
    """Return the word for a name; one that nobody named yet stands for itself."""
    return names()[kind].get(name, {}).get(words.language, name)


def subject_name(words: Words, subject: str) -> str:
    """Return what kind of row it is."""
    return _named(words, "subjects", subject)


def actor_name(words: Words, actor: str) -> str:
    """Return who did it: a person by their login, a program by its key's label, or somebody at the database."""
    if actor.startswith(_KEY):
        return words("act_by_key", label=actor.removeprefix(_KEY))
    if actor.startswith(_PLATFORM_KEY):
        return words("act_by_platform_key", label=actor.removeprefix(_PLATFORM_KEY))
    if actor.startswith(_DATABASE):
        return words("act_by_database", name=actor.removeprefix(_DATABASE))
    return actor


def actor_role(words: Words, role: str | None) -> str:
    """Return in which role; programs have none."""
    return NOTHING if role is None else role_name(words, role)


def did(words: Words, act: str) -> str:
    """Return what was done to the row."""
    done = {"insert": words("act_insert"), "update": words("act_update"), "delete": words("act_delete")}
    return done[act]


def which(words: Words, act: Told) -> str:
    """Return which row: by its name, or by what tells it from others of its kind."""
    if act["subject_name"]:
        return str(act["subject_name"])
    parts = [_value(words, name, value) for name, value in sorted(act["subject_key"].items())]
    return " · ".join(parts) or NOTHING


def change(words: Words, act: Told) -> str:
    """Return by column what it was and what it is; of a row that is new or gone, what stands or stood in it."""
    parts = []
    for name, (before, after) in sorted(act["changed"].items()):
        column = _named(words, "columns", name)
        if act["act"] == "update":
            was, now = _value(words, name, before), _value(words, name, after)
            parts.append(words("act_from_to", column=column, before=was, after=now))
        elif (told := after if act["act"] == "insert" else before) is not None:
            parts.append(words("act_is", column=column, value=_value(words, name, told)))
    return words("act_and").join(parts) or NOTHING


def _value(words: Words, column: str, value: Any) -> str:
    if isinstance(value, list):
        return words("and").join(_value(words, column, one) for one in value) or NOTHING
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return words("yes") if value else words("no")
    if isinstance(value, int):
        return _number(words, column, value)
    text = str(value)
    if column == "role":
        return role_name(words, text)
    if column.endswith("_id"):
        return f"…{mark(text)}"
    if column.endswith(("_at", "_from", "_until")) and "T" in text:
        return clock_time(moment(text))
    return _named(words, "codes", text)


def _number(words: Words, column: str, value: int) -> str:
    if "_fen" in column:
        return words.exact_money(value)
    if column.endswith("_bp"):
        return f"{value / _BASIS_POINTS:g}%"
    return words.count(value)
