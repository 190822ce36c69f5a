"""A report as a PDF: Typst sets the page, Vega draws the charts, both on this machine alone.

The file is PDF/A: its fonts are embedded and its text is text, and a sign the font does not have is refused
instead of being drawn as an empty box.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import altair as alt
import typst
import vl_convert

from dashboards.house_style import ACCENT, FONT, QUIET, WARNING
from dashboards.reports.content import Block, Cards, Definitions, Heading, Note, Picture, Report, Rows
from dashboards.reports.tell import told_rows
from dashboards.reports.typeface import NoTypeface, Typeface
from dashboards.words import Words

PDF_TYPE = "application/pdf"
_STANDARDS: list[Any] = ["a-2a", "ua-1"]
# Of charts, in pixels: labels of 11 come out at some 8 points.
_WIDTHS = {"whole": 640, "half": 330}
_LIGHT = {
    "background": "transparent",
    "view": {"stroke": "transparent"},
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "gridColor": "#e6e8eb", "domainColor": "#c4c9d0"},
    "legend": {"labelFontSize": 11},
}


def to_pdf(report: Report, typeface: Typeface) -> bytes:
    """Return a report as an A4 document with page numbers.

    Raises:
        NoTypeface: the typeface lacks a sign that the report needs.
    """
    return _set(report, typeface, "pdf", pdf_standards=_STANDARDS)[0]


def to_pictures(report: Report, typeface: Typeface, *, ppi: float = 110) -> list[bytes]:
    """Return the pages of a report as PNG, to look at them."""
    return _set(report, typeface, "png", ppi=ppi)


def _set(report: Report, typeface: Typeface, form: Any, **options: Any) -> list[bytes]:
    compiler = typst.Compiler(
        _template(),
        font_paths=typeface.fonts,
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_document(report, typeface), ensure_ascii=False)},
    )
    try:
        made = compiler.compile(format=form, timestamp=int(report.complete_until.timestamp()), **options)
    except typst.TypstError as error:
        if "could not be displayed" in str(error):
            sign = error.message.split("`")[1] if "`" in error.message else ""
            raise NoTypeface(
                f"the font {typeface.family} cannot write {sign}; set POINTMART_REPORT_FONT to a font that can"
            ) from error
        raise
    assert made is not None
    return made if isinstance(made, list) else [made]


def _document(report: Report, typeface: Typeface) -> dict[str, Any]:
    words = Words(report.language)
    return {
        "family": typeface.family,
        "language": report.language,
        "colours": {"accent": ACCENT, "warning": WARNING, "quiet": QUIET},
        "title": report.title,
        "tenant": report.tenant,
        "period": report.period,
        "as_of": report.as_of,
        "source": report.source,
        "answer": report.answer,
        "blocks": _side_by_side([_told(words, block, typeface) for block in report.blocks]),
    }


def _told(words: Words, block: Block, typeface: Typeface) -> dict[str, Any]:
    match block:
        case Heading(text):
            return {"kind": "heading", "text": text}
        case Note(text, is_warning):
            return {"kind": "note", "text": text, "is_warning": is_warning}
        case Cards(cards):
            return {"kind": "cards", "cards": [vars(card) for card in cards]}
        case Picture(title, chart, alternative, note, width):
            drawn = None if chart is None else _svg(chart, _WIDTHS[width], typeface)
            return {
                "kind": "picture", "title": title, "svg": drawn, "alt": alternative, "note": note, "width": width,
            }  # fmt: skip
        case Rows(table, most, is_titled):
            left_out = max(0, len(table.rows) - most)
            columns = [column for column in table.columns if column.is_on_page]
            kinds = [column.kind for column in columns]
            return {
                "kind": "rows",
                "title": table.name if is_titled else "",
                "columns": [column.label for column in columns],
                "is_number": [kind not in ("text", "month", "date") for kind in kinds],
                "widths": ["rest" if kind == "text" or "text" not in kinds else "own" for kind in kinds],
                "rows": told_rows(words, table.rows.head(most), columns),
                "note": words("report_rows_left_out", count=words.count(left_out)) if left_out else "",
                "nothing": words("no_rows"),
            }
        case Definitions(entries):
            return {"kind": "definitions", "entries": [list(entry) for entry in entries]}


def _side_by_side(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put charts of half the width into pairs."""
    paired: list[dict[str, Any]] = []
    for block in blocks:
        last = paired[-1] if paired else {}
        if block.get("width") != "half":
            paired.append(block)
        elif last.get("kind") == "pair" and len(last["pictures"]) == 1:
            last["pictures"].append(block)
        else:
            paired.append({"kind": "pair", "pictures": [block]})
    return paired


def _svg(chart: Any, width: int, typeface: Typeface) -> str:
    if typeface.folder is not None:
        _register(str(typeface.folder))
    spec = chart.properties(width=width).to_dict()
    config = spec.setdefault("config", {})
    for part, values in _LIGHT.items():
        config[part] = {**config.get(part, {}), **values} if isinstance(values, dict) else values
    # Marks name the fonts of browsers.
    text = json.dumps(spec).replace(json.dumps(FONT)[1:-1], typeface.family)
    major_minor = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return vl_convert.vegalite_to_svg(text, vl_version=major_minor)


@cache
def _register(folder: str) -> None:
    vl_convert.register_font_directory(folder)


@cache
def _template() -> bytes:
    return (files("dashboards.reports") / "layout.typ").read_bytes()
