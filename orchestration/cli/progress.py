"""A progress bar for long work, and a spinner for work whose length nobody knows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@contextmanager
def progress_bar(console: Console, words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar during the block; it gives a function to be called with (done, total)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(words, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance


@contextmanager
def spinner(console: Console, words: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done and for how long; it gives a function to be called with the words for what comes next."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_sentence(words), total=None)
        yield lambda news: progress.update(task, description=_sentence(news))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
