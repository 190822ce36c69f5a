"""Sentiment learnt from texts whose answer is known, kept as data, and scored alike by the service."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from recommender.sentiment.evaluation import beats_baselines, compare, figures_of
from recommender.sentiment.model import BrokenModel, load, told
from recommender.sentiment.texts import UnknownLabel, held_out, labelled
from recommender.sentiment.training import TooFewTexts, macro_f1, train
from transactional.texts.sentiment import load_model

_ODD = "甲乙丙丁戊己庚辛"
_EVEN = "子丑寅卯辰巳午未"


def checkerboard(texts: int = 400, *, neutral: int = 0, noise: float = 0.0, seed: int = 3) -> pd.DataFrame:
    """Texts of characters that say nothing; one pair of characters in its order is praise, the other way round blame."""
    generator = np.random.default_rng(seed)
    rows = []
    for n in range(texts + neutral):
        filler = "".join(generator.choice(list(_ODD + _EVEN), 8))
        label = "neutral" if n >= texts else "positive" if n % 2 else "negative"
        # Single characters are the same in both, so only their order tells.
        word = {"positive": "上下", "negative": "下上", "neutral": ""}[label]
        said = label if generator.random() >= noise else "positive"
        rows.append((f"{filler[:4]}{word}{filler[4:]}", said))
    return labelled(*zip(*rows, strict=True))


@pytest.fixture(scope="module")
def model():
    return train(checkerboard())


def test_the_order_of_characters_tells_praise_from_blame(model):
    scores = model.scores(["甲乙上下丙丁", "甲乙下上丙丁"])
    assert list(model.labels(scores)) == ["positive", "negative"]


def test_learning_again_gives_the_same_model(model):
    assert told(train(checkerboard())) == told(model)


def test_saving_and_loading_changes_nothing_and_the_service_scores_alike(model, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(told(model), encoding="utf-8")
    texts = ["甲乙上下丙丁", "ＡＢ  下上\n丙丁", "上下上下", "没见过", "", " "]
    kept, served = load(path), load_model(path)
    assert np.array_equal(kept.scores(texts), model.scores(texts))
    judged = [served.judge(text) for text in texts]
    assert np.allclose([one.score for one in judged], model.scores(texts), rtol=0, atol=1e-12)
    assert [one.label for one in judged] == list(model.labels(model.scores(texts)))


def test_neutral_texts_teach_where_neutral_begins():
    texts = checkerboard(1200, neutral=600)
    (learnt,) = (f for f in compare({"board": texts}, print) if f.judged_by == "board")
    assert learnt.macro_f1.value > 0.9


def test_macro_f1_is_that_of_the_textbook():
    generator = np.random.default_rng(5)
    for labels in ([0, 1, 2], [0, 2], [1]):
        truth, found = generator.choice(labels, 60), generator.choice(labels[:2], 60)
        assert macro_f1(truth, found) == pytest.approx(f1_score(truth, found, average="macro"), abs=1e-12)
    assert macro_f1(np.array([0, 0]), np.array([1, 1])) == 0.0


def test_probabilities_are_as_often_right_as_they_say():
    """A quarter of the blame is labelled praise all the same, and so much is what the model says of new blame."""
    model = train(checkerboard(4000, noise=0.25))
    blame = [text for text in checkerboard(seed=4)["text"] if "下上" in text]
    assert 0.2 < model.scores(blame).mean() < 0.3


def test_a_text_is_held_out_of_every_file_or_of_none():
    texts = list(checkerboard()["text"])
    shares = held_out(texts)
    assert list(held_out(texts[::-1])) == list(shares[::-1])
    assert 0.1 < shares.mean() < 0.3


def test_models_are_compared_on_what_they_did_not_learn_from():
    board = checkerboard(800)
    turned = board.assign(label=np.where(board["label"] == "positive", "negative", "positive"))
    figures = {(f.tested_on, f.judged_by): f for f in compare({"board": board, "turned": turned}, print)}
    assert figures["board", "board"].accuracy.value == 1
    assert figures["board", "turned"].accuracy.value == 0
    assert figures["board", "majority"].accuracy.n == held_out(list(board["text"])).sum()


def test_a_model_that_learnt_nothing_does_not_beat_its_baselines(model):
    praise = pd.DataFrame(
        {"text": ["很好", "不错", "太差", "失望"], "label": ["positive", "positive", "negative", "negative"]}
    )
    assert not beats_baselines(figures_of("words", praise, praise, {"model": model}))


def test_labels_and_texts_that_do_not_serve_are_refused(tmp_path):
    with pytest.raises(UnknownLabel, match="'2'"):
        labelled(["好"], ["2"])
    with pytest.raises(TooFewTexts, match="hundred"):
        train(checkerboard(30))
    assert len(labelled(["好", "好 ", None, " "], [1, 0, 1, 1])) == 1
    path = tmp_path / "m"
    path.write_text("{}")
    with pytest.raises(BrokenModel, match="no model"):
        load(path)
