"""`pointmart sentiment train | evaluate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration import durable
from orchestration.cli.evaluate.output import make_console
from orchestration.cli.progress import spinner
from orchestration.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(
    name="sentiment",
    help="Learn from labelled texts whether a text is negative, neutral or positive.",
    no_args_is_help=True,
)

Files = Annotated[
    list[Path], typer.Argument(help="CSV or Parquet files with a text and a label in each row.")
]
TextColumn = Annotated[str, typer.Option("--text", help="The column of the texts.")]
LabelColumn = Annotated[
    str,
    typer.Option("--label", help="The column of the labels: negative, neutral, positive, or 0 and 1."),
]


class NoSentiment(Refusal):
    """The files do not serve; the sentence says why."""


@app.command()
def train(
    files: Files,
    out: Annotated[Path, typer.Option(help="The file of the model, for POINTMART_SENTIMENT_MODEL.")],
    text: TextColumn = "text",
    label: LabelColumn = "label",
) -> None:
    """Learn from all files together, tell how well held-out texts are judged, and write the model."""
    sets = _read(files, text, label)
    console = make_console()
    # scikit-learn takes seconds to import; other commands need not wait for it.
    import pandas as pd

    from orchestration.cli.sentiment.report import show
    from recommender.sentiment.evaluation import beats_baselines, figures_of
    from recommender.sentiment.model import told
    from recommender.sentiment.texts import held_out
    from recommender.sentiment.training import TooFewTexts
    from recommender.sentiment.training import train as learn

    texts = pd.concat(sets.values()).drop_duplicates("text")
    is_held_out = held_out(list(texts["text"]))
    learnt = texts[~is_held_out]
    try:
        with spinner(console, "learning"):
            model = learn(learnt)
    except TooFewTexts as error:
        raise NoSentiment(str(error)) from error
    figures = figures_of("held out", texts[is_held_out], learnt, {"model": model})
    show(figures, console)
    if not beats_baselines(figures):
        raise NoSentiment(
            "the model is no better than its baselines on held-out texts, so it was not written"
        )
    durable.write_text(out, told(model))
    console.print(
        f"The model is {out}; name it in POINTMART_SENTIMENT_MODEL and start the worker again.",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def evaluate(files: Files, text: TextColumn = "text", label: LabelColumn = "label") -> None:
    """Hold out a fifth of each file and tell how well it is judged: learnt from itself, from each other file, from all."""
    sets = _read(files, text, label)
    console = make_console()
    from orchestration.cli.sentiment.report import show
    from recommender.sentiment.evaluation import compare
    from recommender.sentiment.training import TooFewTexts

    try:
        with spinner(console, "reading") as report:
            figures = compare(sets, report)
    except TooFewTexts as error:
        raise NoSentiment(str(error)) from error
    show(figures, console)


def _read(files: Sequence[Path], text: str, label: str) -> "dict[str, pd.DataFrame]":
    """Return the texts of each file by its name.

    Raises:
        NoSentiment: two files have one name, or a label is unknown.
        FileRefused: a file cannot be read.
    """
    from orchestration.cli.evaluate.table import read_table
    from recommender.sentiment.texts import UnknownLabel, labelled

    sets: dict[str, pd.DataFrame] = {}
    for path in files:
        if path.stem in sets:
            raise NoSentiment(
                f"two files are called {path.stem}; rename one, so that the table can tell them"
            )
        table = read_table(path, required=[text, label], optional=[])
        columns = [table.columns[name].to_pylist() for name in (text, label)]
        try:
            sets[path.stem] = labelled(*columns)
        except UnknownLabel as error:
            raise NoSentiment(f"{path}: {error}") from error
    return sets
