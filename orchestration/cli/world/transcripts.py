"""Chats of a simulated shop, message by message."""

from datetime import UTC, datetime

import numpy as np

from orchestration.cli.world.phrases import (
    ANSWERS,
    CLOSINGS,
    FEELINGS,
    FOLLOWS,
    GREETINGS,
    OPENINGS,
    Happened,
    Mood,
    pick,
    sounding,
)
from transactional.chats.domain import Author, Message

_GREETED_AFTER, _ANSWERED_AFTER, _WRITTEN_AFTER = (2, 8), (40, 900), (15, 120)
# A chat takes less than this many seconds.
LONGEST = 2 * 900 + 3 * 120 + 8
# So many chats end with the agent's word, without a closing one of the member.
_LEFT_SHARE = 0.3


def transcript(
    happened: Happened, mood: Mood, item: str, begins: int, rng: np.random.Generator
) -> tuple[Message, ...]:
    """Return what is said in a chat that begins at an epoch second."""
    sounds = sounding(mood, rng)
    parts: list[tuple[Author, str, tuple[int, int]]] = [
        ("bot", pick(GREETINGS, rng), _GREETED_AFTER),
        ("agent", pick(ANSWERS[happened], rng), _ANSWERED_AFTER),
        ("member", pick(FOLLOWS[sounds], rng), _WRITTEN_AFTER),
        ("agent", pick(ANSWERS[happened], rng), _ANSWERED_AFTER),
    ]
    if rng.random() >= _LEFT_SHARE:
        parts.append(("member", pick(CLOSINGS[sounds], rng), _WRITTEN_AFTER))
    opening = f"{pick(OPENINGS[happened], rng, item)}，{pick(FEELINGS[sounds], rng)}"
    messages = [Message("member", _moment(begins), opening)]
    at = begins
    for author, text, after in parts:
        at += int(rng.integers(*after))
        messages.append(Message(author, _moment(at), text))
    return tuple(messages)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
