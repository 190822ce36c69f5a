"""Writes an export: `data.json` for programs, a CSV file per part for tables, `index.html` for people. Pure."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

Rows = Sequence[Mapping[str, Any]]

_STYLE = (
    "body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse;margin-bottom:2rem}"
    "td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left}"
)


def archive(
    parts: Mapping[str, Rows],
    titles: Mapping[str, tuple[str, str]],
    *,
    about: Mapping[str, Any],
    at: datetime,
) -> bytes:
    """Return a ZIP file of the parts by name.

    Args:
        titles: the Chinese and the English name of each part.
        about: what stands at the head, such as whose data it is.
    """
    told = {
        name: [{key: _plain(value) for key, value in row.items()} for row in rows]
        for name, rows in parts.items()
    }
    head = {key: _plain(value) for key, value in about.items()}
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(head | told, ensure_ascii=False, indent=1))
        file.writestr("index.html", _page(told, titles, head, at))
        for name, rows in told.items():
            if rows:
                # Marked as UTF-8, so that spreadsheets read Chinese.
                file.writestr(f"{name}.csv", "\ufeff" + _csv(rows))
    return buffer.getvalue()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _csv(rows: Rows) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    # A field that begins like a formula is one to a spreadsheet.
    writer.writerows(
        [
            f"'{value}" if str(value)[:1] in "=+@" and isinstance(value, str) and value else value
            for value in row.values()
        ]
        for row in rows
    )
    return text.getvalue()


def _page(
    parts: Mapping[str, Rows], titles: Mapping[str, tuple[str, str]], about: Mapping[str, Any], at: datetime
) -> str:
    pieces = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>我的数据 My data</title>',
        f"<style>{_STYLE}</style></head><body><h1>我的数据 · My data</h1><p>{escape(at.isoformat())}</p>",
        _table([about]),
    ]
    for name, rows in parts.items():
        zh, en = titles[name]
        pieces.append(f"<h2>{escape(zh)} · {escape(en)} ({len(rows)})</h2>")
        pieces.append(_table(rows) if rows else "<p>无 · None</p>")
    return "\n".join([*pieces, "</body></html>"])


def _table(rows: Rows) -> str:
    head = "".join(f"<th>{escape(str(name))}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if v is None else escape(str(v))}</td>" for v in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
