"""`pointmart sentiment`: what it writes, and the sentences with which it refuses."""

import csv

import pytest
from typer.testing import CliRunner

from orchestration.cli.evaluate.table import FileRefused
from orchestration.cli.sentiment.command import NoSentiment, app
from transactional.texts.sentiment import load_model


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("review", "label"), *rows])
    return str(path)


def invoke(*arguments):
    return CliRunner().invoke(app, [*arguments, "--text", "review"])


def test_a_model_is_written_that_the_service_scores_with(tmp_path):
    # Their order of characters tells; the words of no lexicon do.
    rows = [(f"第{n}回：{'上下' if n % 2 else '下上'}", n % 2) for n in range(400)]
    file, out = write(tmp_path / "said.csv", rows), tmp_path / "model.json"
    told = invoke("train", file, "--out", str(out))
    assert told.exit_code == 0, told.output
    model = load_model(out)
    assert [model.judge(text).label for text in ("第5回：上下", "第4回：下上")] == ["positive", "negative"]
    assert "lexicon" in invoke("evaluate", file).output


def test_a_model_that_is_no_better_than_its_baselines_is_not_written(tmp_path):
    rows = [(f"{n} {word}", label) for n in range(200) for word, label in (("很好", 1), ("失望", 0))]
    out = tmp_path / "model.json"
    told = invoke("train", write(tmp_path / "said.csv", rows), "--out", str(out))
    assert isinstance(told.exception, NoSentiment)
    assert "no better than its baselines" in str(told.exception)
    assert not out.exists()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [([("好", 7)], "label '7'"), ([("好", 1)] * 30, "hundred"), ([("好", 1)], "hundred")],
)
def test_files_that_do_not_serve_are_refused_with_a_sentence(tmp_path, rows, sentence):
    told = invoke("evaluate", write(tmp_path / "said.csv", rows))
    assert isinstance(told.exception, NoSentiment)
    assert sentence in str(told.exception)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert isinstance(invoke("evaluate", str(tmp_path / "none.csv")).exception, FileRefused)
