"""Files of rows: CSV and Excel read alike, every row that cannot be used is named, and no file costs much to refuse."""

from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from random import Random
from typing import Annotated, Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from pydantic import BaseModel, ConfigDict, Field

from transactional.csv_rows import read_rows, sift_rows, template_of
from transactional.field_words import words_of
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.states import Move
from transactional.request_types import Day, Moment, Slug
from transactional.row_report import RowsRefused


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(max_length=10)] = Field(title="编码", examples=["a,1"])
    count: Annotated[int, Field(ge=0)] = Field(title="数量", examples=["5"])
    day: Day | None = None
    at: Moment | None = None


def workbook(*rows: list[object]) -> bytes:
    book, written = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(written)
    return written.getvalue()


@given(st.lists(st.sampled_from(["good", "many", "words", "short", "empty"]), min_size=1, max_size=30))
def test_every_bad_row_is_named_and_none_of_the_good_ones(kinds):
    lines = {"good": "a,1", "many": "a,-1", "words": "a,one", "short": "a", "empty": ","}
    bad = [number for number, kind in enumerate(kinds, start=1) if kind != "good"]
    while kinds and kinds[-1] == "empty":
        kinds.pop()
        bad.pop()
    body = "\n".join(["编码,count", *(lines[kind] for kind in kinds)]).encode()
    if not kinds:
        with pytest.raises(InvalidRequest, match="none"):
            read_rows(body, Sample)
    elif bad:
        with pytest.raises(RowsRefused) as refused:
            read_rows(body, Sample)
        assert [row["row"] for row in refused.value.extra["rows"]] == bad
    else:
        assert read_rows(body, Sample) == [Sample(code="a", count=1)] * len(kinds)


def test_a_workbook_reads_as_its_csv_does():
    header = ["编码", "数量", "day", "at"]
    book = workbook(
        header, ["1001", 5.0, date(2026, 3, 1), datetime(2026, 3, 1, 12)], [1002, "6", None, None], [None] * 4
    )
    text = "编码,数量,day,at\r\n1001,5,2026-03-01,2026-03-01T12:00:00+08:00\r\n1002,6,,\r\n,,,\r\n"
    assert read_rows(book, Sample) == read_rows(text.encode("gb18030"), Sample)
    assert len(read_rows(book, Sample)) == 2


def test_what_excel_could_not_compute_is_refused():
    with pytest.raises(RowsRefused) as refused:
        read_rows(workbook(["code", "count"], ["a", "#REF!"]), Sample)
    assert refused.value.extra["rows"][0]["column"] == "count"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_is_a_file_that_is_taken(language):
    body = template_of(Sample, "samples", language).body
    assert ("编码" in body.decode()) == (language == "zh")
    assert read_rows(body, Sample) == [Sample(code="a,1", count=5)]


def test_too_many_rows_are_too_large():
    rows = [["code", "count"], *[["a", 1]] * 4]
    csv = "\n".join(",".join(map(str, row)) for row in rows).encode()
    for body in (csv, workbook(*rows)):
        assert len(sift_rows(body, Sample, most_rows=4).rows) == 4
        with pytest.raises(RequestTooLarge, match="at most 3"):
            sift_rows(body, Sample, most_rows=3)


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(monkeypatch):
    monkeypatch.setattr("transactional.sheets.MOST_UNPACKED", 1000)
    with pytest.raises(RequestTooLarge, match="unpacks"):
        read_rows(workbook(["code", "count"], ["a", 1]), Sample)


def test_a_cell_far_out_costs_nothing():
    book, written = Workbook(), BytesIO()
    book.active.append(["code", "count"])
    book.active["A2"], book.active["B2"], book.active["XFD3"] = "a", 1, "x"
    book.active["A200000"].number_format = "0"
    book.save(written)
    assert read_rows(written.getvalue(), Sample) == [Sample(code="a", count=1)]


def not_a_workbook() -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", "x")
    return written.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\n\n", b"code\na\n", b"code,count,more\na,1,2\n", "code,编码,count\na,a,1\n".encode(), b'code,count\n"a,1\n',
        b"\xff\xff\xff", not_a_workbook(), workbook(["code", "count"], ["a", 1])[:-40], b"PK\x03\x04", workbook(),
    ],
)  # fmt: skip
def test_what_is_no_file_of_these_columns_is_refused(body):
    with pytest.raises(InvalidRequest):
        read_rows(body, Sample)


def damaged(body: bytes, seed: int) -> bytes:
    """Return a workbook of which a byte or two went wrong on the way, or a part of it did."""
    chance, bytes_of_it = Random(seed), bytearray(body)
    if seed % 2:
        for _ in range(chance.choice([1, 2])):
            bytes_of_it[chance.randrange(4, len(body))] = chance.randrange(256)
        return bytes(bytes_of_it)
    written = BytesIO()
    with ZipFile(BytesIO(body)) as whole, ZipFile(written, "w") as packed:
        victim = chance.choice(whole.namelist())
        for name in whole.namelist():
            part = bytearray(whole.read(name))
            if name == victim:
                part[chance.randrange(len(part))] = chance.choice(b"<>/0Z ")
            packed.writestr(name, bytes(part))
    return written.getvalue()


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_workbook_is_read_or_refused_and_never_a_defect(seed):
    whole = workbook(["code", "count"], *[["a", number] for number in range(30)])
    with suppress(InvalidRequest, RowsRefused, RequestTooLarge):
        assert read_rows(damaged(whole, seed), Sample)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"code,number\na,1\n", "it lacks 'count'; there is no 'number'"),
        (b"code;count\na;1\n", "separated by commas.*there is no 'code;count'"),
        (b"code,count,count\na,1,1\n", "it names twice 'count'"),
        (b'code,count\na,1\nb,"2\n', "from line 3 on"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), r"old Excel workbook \(.xls\); save it as .xlsx"),
        ("code,count\na,1\n".encode("utf-16"), "save it as CSV in UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_a_sentence_to_act_on(body, sentence):
    with pytest.raises(InvalidRequest, match=sentence):
        read_rows(body, Sample)


class Formed(BaseModel):
    slug: Slug
    move: Literal[Move.SHIP, Move.DELIVER]
    day: Day


def test_what_is_wrong_with_a_row_is_told_as_people_speak():
    with pytest.raises(RowsRefused, match=r"\(3 problems\)") as refused:
        read_rows(b"slug,move,day\nMy Tea,fly,soon\n", Formed)
    assert [row["problem"] for row in refused.value.extra["rows"]] == [
        "write up to 40 lower-case letters, digits, - and _, a letter first",
        "Input should be 'ship' or 'deliver'",
        "write a day, such as 2026-03-01",
    ]
    with pytest.raises(RowsRefused, match=r"\(1 problem\)") as refused:
        read_rows(b"slug,move,day\ntea\n", Formed)
    assert refused.value.extra["rows"][0]["problem"] == "the row has 1 field, the header 3"


def patterns_of(document: Any) -> set[str]:
    if isinstance(document, dict):
        own = {document["pattern"]} if isinstance(document.get("pattern"), str) else set()
        return own.union(*map(patterns_of, document.values()))
    return set().union(*map(patterns_of, document)) if isinstance(document, list) else set()


async def test_no_form_is_told_as_a_regular_expression(client):
    document = (await client.get("/openapi.json")).json()
    patterns = patterns_of(document)
    assert len(patterns) > 10
    for pattern in patterns:
        told = words_of(
            {"type": "string_pattern_mismatch", "msg": f"matches {pattern}", "ctx": {"pattern": pattern}}
        )
        assert pattern not in told, f"transactional/field_words.py has no words for {pattern}"
