"""Several published rates in one sentence: how the first stands, and which miss their target."""

from collections.abc import Sequence
from datetime import date

from dashboards.rates import Rate
from dashboards.words import Words

_ANSWERS = {True: "answer_above", False: "answer_below", None: "answer_unjudged"}


def answer(words: Words, month: date, rates: Sequence[Rate], *, against: str) -> str:
    """Return how the first rate with a value stands against its target and another month, and which miss theirs."""
    known = [rate for rate in rates if rate.value is not None]
    if not known:
        return words("nothing_due", month=words.month(month))
    first = known[0]
    told = words(
        _ANSWERS[first.meets_target],
        month=words.month(month),
        name=first.name,
        value=words.rate(first.value),
        target=words.goal(first.target or 0),
    )
    if first.compared is not None and first.value is not None:
        told += words("answer_against", against=against, change=words.change(first.value - first.compared))
    sentences = [told + words("full_stop")]
    judged = [rate for rate in known if rate.meets_target is not None]
    missed = [rate.name for rate in judged if not rate.meets_target]
    if missed:
        names = words("and").join(missed)
        sentences.append(words("some_missed", met=len(judged) - len(missed), count=len(judged), names=names))
    elif judged:
        sentences.append(words("all_met", count=len(judged)))
    small = [rate.name for rate in known if rate.is_small]
    if small:
        sentences.append(words("too_few_to_judge", names=words("and").join(small)))
    return words("between_sentences").join(sentences)
