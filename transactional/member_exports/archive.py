"""Writes an export: `data.json` for programs, a CSV file per part for tables, `index.html` for people.

It is written as the rows come, so that however much there is of a member, little of it is in memory.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from html import escape
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Final, Self
from zipfile import ZIP_DEFLATED, ZipFile

Rows = Sequence[Mapping[str, Any]]

_STYLE = (
    "body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse;margin-bottom:2rem}"
    "td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left}"
)
_COPIED: Final = 1 << 20


class Archive:
    """A ZIP file that is being written; to be used in a `with` block."""

    def __init__(self, target: BinaryIO, about: Mapping[str, Any], at: datetime) -> None:
        """Begin with what stands at the head, such as whose data it is.

        What goes into the two files of all parts waits in files without a name, which nobody else can open.
        """
        self._open = ExitStack()
        self._zip = self._open.enter_context(ZipFile(target, "w", ZIP_DEFLATED))
        self._data = self._open.enter_context(_text_file())
        self._page = self._open.enter_context(_text_file())
        head = _plain_row(about)
        self._data.write(json.dumps(head, ensure_ascii=False)[:-1])
        self._page.write(
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>我的数据 My data</title>'
            f"<style>{_STYLE}</style></head><body><h1>我的数据 · My data</h1><p>{escape(at.isoformat())}</p>"
            f"<table>{_heading(head)}{_line(head)}</table>"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def part(self, name: str, title_zh: str, title_en: str) -> "Part":
        """Begin a part, to be used in a `with` block and ended before the next one begins."""
        self._data.write(f",\n{json.dumps(name)}: [")
        self._page.write(f"<h2>{escape(title_zh)} · {escape(title_en)}</h2>")
        return Part(name, self._zip, self._data, self._page)

    def finish(self) -> None:
        """Write the files of all parts; nothing can be added after it."""
        self._data.write("}")
        self._page.write("</body></html>")
        for name, text in (("data.json", self._data), ("index.html", self._page)):
            text.flush()
            text.seek(0)
            with self._zip.open(name, "w", force_zip64=True) as entry:
                while piece := text.buffer.read(_COPIED):
                    entry.write(piece)


class Part:
    """A part of an archive; a CSV file of it is made with its first row."""

    def __init__(self, name: str, archive: ZipFile, data: TextIOWrapper, page: TextIOWrapper) -> None:
        """Use `Archive.part`."""
        self._name = name
        self._zip = archive
        self._data = data
        self._page = page
        self._table: TextIOWrapper | None = None
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.write("]")
        self._page.write(f"</table><p>{self._count} 条 · rows</p>" if self._count else "<p>无 · None</p>")
        if self._table is not None:
            self._table.close()

    def add(self, rows: Rows) -> None:
        """Add rows, all with the same columns."""
        for row in map(_plain_row, rows):
            if self._table is None:
                self._begin(row)
            assert self._table is not None
            csv.writer(self._table).writerow(map(_cell, row.values()))
            self._data.write(("," if self._count else "") + "\n " + json.dumps(row, ensure_ascii=False))
            self._page.write(_line(row))
            self._count += 1

    def _begin(self, row: Mapping[str, Any]) -> None:
        entry: IO[bytes] = self._zip.open(f"{self._name}.csv", "w", force_zip64=True)
        # Marked as UTF-8, so that spreadsheets read Chinese.
        self._table = TextIOWrapper(entry, encoding="utf-8-sig", newline="")
        csv.writer(self._table).writerow(row)
        self._page.write(f"<table>{_heading(row)}")


def _text_file() -> TextIOWrapper:
    return TextIOWrapper(TemporaryFile(), encoding="utf-8", newline="")


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> Any:
    # A field that begins like a formula is one to a spreadsheet.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@") else value


def _heading(row: Mapping[str, Any]) -> str:
    return "<tr>" + "".join(f"<th>{escape(name)}</th>" for name in row) + "</tr>"


def _line(row: Mapping[str, Any]) -> str:
    cells = ("" if value is None else escape(str(value)) for value in row.values())
    return "\n<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
