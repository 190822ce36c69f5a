"""The tables of a report as files for programs and spreadsheets."""

import pandas as pd

from dashboards.downloads import Column, to_csv, to_workbook
from dashboards.reports.content import Cards, Report
from dashboards.tables import Table
from dashboards.words import Words


def to_excel(report: Report) -> bytes:
    """Return one workbook: the answer and the cards first, then a sheet for each table."""
    return to_workbook(
        [(table.name, table.rows, table.columns) for table in [_summary(report), *report.tables]]
    )


def to_csvs(report: Report) -> dict[str, bytes]:
    """Return a CSV file for each table, by the key of the table."""
    return {table.key: to_csv(table.rows, table.columns) for table in report.tables}


def _summary(report: Report) -> Table:
    words = Words(report.language)
    lines = [
        (report.title, f"{report.tenant} · {report.period}", ""),
        (report.as_of, report.source, ""),
        (words("report_answer"), report.answer, ""),
    ]
    for block in report.blocks:
        if isinstance(block, Cards):
            lines += [
                (card.name, card.value, " · ".join(filter(None, [card.state, card.change, card.sample])))
                for card in block.cards
            ]
    columns = [
        Column("name", words("report_what"), "text"),
        Column("value", words("value"), "text"),
        Column("note", words("report_note"), "text"),
    ]
    return Table(
        "summary", words("report_summary"), pd.DataFrame(lines, columns=["name", "value", "note"]), columns
    )
