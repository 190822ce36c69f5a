"""The files of a report: which there are, what they are called and what is in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from dashboards.downloads import file_name
from dashboards.marts import TenantMarts
from dashboards.reports import sheets
from dashboards.reports.content import Report
from dashboards.reports.monthly import monthly_report
from dashboards.reports.pdf import to_pdf
from dashboards.reports.profile import profile_report
from dashboards.reports.typeface import find_typeface
from dashboards.words import Language, Words

Kind = Literal["monthly", "profile"]
Format = Literal["pdf", "xlsx", "csv"]
FORMATS: tuple[Format, ...] = ("pdf", "xlsx", "csv")

_BUILDERS: dict[Kind, Callable[[TenantMarts, Words, str, date], Report]] = {
    "monthly": monthly_report,
    "profile": profile_report,
}


@dataclass(frozen=True)
class Wanted:
    """A report that somebody asks for: of which kind, in which language, and of the month or year that begins then."""

    kind: Kind
    first_day: date
    language: Language

    @property
    def period(self) -> str:
        """Return the period as files are named by it: 2026-10, or 2026."""
        return f"{self.first_day:%Y-%m}" if self.kind == "monthly" else f"{self.first_day:%Y}"


def build(marts: TenantMarts, tenant: str, wanted: Wanted) -> Report:
    """Return the report that somebody asks for, of a tenant's marts under its name.

    Raises:
        NothingToReport: the release has no figures of the period.
    """
    return _BUILDERS[wanted.kind](marts, Words(wanted.language), tenant, wanted.first_day)


def report_files(
    marts: TenantMarts, tenant: str, code: str, wanted: Wanted, formats: tuple[Format, ...], font: Path | None
) -> dict[str, bytes]:
    """Return the files of a report by name. `font` is as in `find_typeface`.

    Raises:
        NothingToReport: the release has no figures of the period.
        NoTypeface: the PDF cannot be written, so nothing is.
    """
    name = file_name("pointmart", wanted.kind, code, wanted.period, wanted.language)
    return files_of(build(marts, tenant, wanted), name, formats, font)


def files_of(report: Report, name: str, formats: tuple[Format, ...], font: Path | None) -> dict[str, bytes]:
    """Return the files of a report that are called `name`. `font` is as in `find_typeface`.

    Raises:
        NoTypeface: the PDF cannot be written, so nothing is.
    """
    files: dict[str, bytes] = {}
    if "pdf" in formats:
        files[f"{name}.pdf"] = to_pdf(report, find_typeface(font))
    if "xlsx" in formats:
        files[f"{name}.xlsx"] = sheets.to_excel(report)
    if "csv" in formats:
        files |= {f"{name}-{key.replace('_', '-')}.csv": made for key, made in sheets.to_csvs(report).items()}
    return files
