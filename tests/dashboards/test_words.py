"""Every word in both languages, none forgotten and none left over."""

import ast
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dashboards import words as module
from dashboards.words import Words, catalogue, choose_language

SOURCES = sorted(Path(module.__file__).parent.rglob("*.py"))


def nodes() -> Iterator[ast.AST]:
    for source in SOURCES:
        yield from ast.walk(ast.parse(source.read_text(encoding="utf-8")))


def said() -> set[str]:
    """Return the keys that are said: the literals in the first argument of a call of words or self."""
    calls = (node for node in nodes() if isinstance(node, ast.Call) and node.args)
    return {
        part.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("words", "self")
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_every_text_is_in_both_languages() -> None:
    assert len(catalogue()) > 50
    incomplete = [key for key, texts in catalogue().items() if set(texts) != {"zh", "en"}]
    assert incomplete == []


def test_both_languages_fill_in_the_same_values() -> None:
    def blanks(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    unequal = [key for key, texts in catalogue().items() if blanks(texts["zh"]) != blanks(texts["en"])]
    assert unequal == []


def test_every_key_that_is_said_is_in_the_catalogue() -> None:
    assert said() - set(catalogue()) == set()


def test_every_text_of_the_catalogue_is_used() -> None:
    constants = {node.value for node in nodes() if isinstance(node, ast.Constant)}

    assert set(catalogue()) - constants == set()


@pytest.mark.parametrize("source", [s for s in SOURCES if s.name != "streamlit_app.py"], ids=lambda s: s.name)
def test_chinese_is_written_in_the_catalogue_only(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    chinese = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and any("\u4e00" <= letter <= "\u9fff" for letter in node.value)
    ]
    # The units of numbers and dates are grammar, not words.
    assert source.name == "words.py" or chinese == []


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (12_345, "12,345", "12,345"),
        (123_456, "12.3 万", "123,456"),
        (234_567_890, "2.35 亿", "234.6 M"),
    ],
)
def test_counts_read_as_in_each_language(value: int, zh: str, en: str) -> None:
    assert (Words("zh").count(value), Words("en").count(value)) == (zh, en)


def test_rates_changes_and_dates_read_as_in_each_language() -> None:
    zh, en = Words("zh"), Words("en")

    assert (zh.rate(0.3421), zh.rate(None), zh.goal(0.3)) == ("34.2%", "—", "30%")
    assert (zh.change(0.018), en.change(-0.018)) == ("+1.8 个百分点", "−1.8 pp")
    assert (zh.change(0.0), en.change(-0.00004)) == ("持平", "unchanged")
    assert (zh.month(date(2026, 3, 1)), en.month(date(2026, 3, 1))) == ("2026年3月", "Mar 2026")
    assert (zh.day(date(2026, 3, 9)), en.day(date(2026, 3, 9))) == ("2026年3月9日", "9 Mar 2026")


def test_small_rates_and_changes_are_not_told_as_nought() -> None:
    zh, en = Words("zh"), Words("en")

    assert [zh.rate(value) for value in (0, 0.00004, 0.0001, 0.0004, 0.0006, 0.001)] == [
        "0.0%", "<0.01%", "0.01%", "0.04%", "0.1%", "0.1%",
    ]  # fmt: skip
    assert (zh.change(0.0004), en.change(-0.0004)) == ("+0.04 个百分点", "−0.04 pp")
    assert (zh.change(0.0001), en.change(-0.0006)) == ("+0.01 个百分点", "−0.1 pp")


def test_chinese_comes_first() -> None:
    assert choose_language(None, "fr") == "zh"
    assert choose_language(None, "en") == "en"


@pytest.mark.parametrize("one", [1, "1"])
def test_a_count_of_one_is_told_in_the_singular(one: int | str) -> None:
    told = {"ship": one, "deliver": one, "late": "0", "soon": "21"}
    assert Words("en")("orders_answer", **told) == (
        "1 order is to be shipped and 1 parcel to be delivered; 0 of them are late and 21 are due within 12 hours."
    )
    assert Words("zh")("of_invoices", n=one) == "1 张账单"


def test_every_pair_of_forms_has_its_count_before_it() -> None:
    pairs = [
        (key, name, text)
        for key, texts in catalogue().items()
        for text in texts.values()
        for _, name, form, _ in string.Formatter().parse(text)
        if form and "|" in form
    ]
    assert len(pairs) > 100
    assert [
        key
        for key, name, text in pairs
        if f"{{{name}}}" not in text.split(f"{{{name}:")[0] and key != "tenants_none"
    ] == []
    assert [key for key, texts in catalogue().items() if "|" in texts["zh"]] == []


def test_no_space_stands_within_chinese() -> None:
    zh, en = Words("zh"), Words("en")
    assert zh.money(138_600_000) == "138.6 万元"
    assert zh.money(13_800) == "138 元"
    assert zh.people(180_000) == "18.0 万人"
    assert zh("n_redemptions", n=zh.count(109_000)) == "n = 10.9 万次兑换"
    assert zh("first_runs_out", day="1月8日") == "最早 1月8日卖完"
    assert zh("answer_against", against="2026年2月", change=zh("unchanged")) == "，较2026年2月持平"
    # A name keeps its own spaces, and English all of them.
    assert zh("funnel_step", people="示例 银行", share="5%") == "示例 银行 · 5%"
    assert en("points_held") == "Points held"
