"""`pointmart report monthly | profile | invoice | settlement | deliver`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from orchestration.cli.days import parse_day
from orchestration.cli.progress import spinner
from orchestration.refusal import Refusal
from transactional.clock import business_date, system_clock

if TYPE_CHECKING:
    from dashboards.reports.writing import Format as WrittenAs
    from dashboards.reports.writing import Kind

app = typer.Typer(
    name="report", help="Write reports as PDF, Excel and CSV from the current release.", no_args_is_help=True
)


class NoReport(Refusal):
    """A report cannot be written; the sentence says why."""


class Language(StrEnum):
    """The languages of reports."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """The files of reports."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    ALL = "all"


def parse_month(text: str | date) -> date:
    """Return the first day of a month that is written as 2026-03.

    Raises:
        typer.BadParameter: it is not a month.
    """
    try:
        return datetime.strptime(str(text), "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment
    except ValueError:
        raise typer.BadParameter(f"“{text}” is not a month; write it like 2026-03") from None


TenantCode = Annotated[str, typer.Option("--tenant", help="The tenant's code.")]
Month = Annotated[date, typer.Option(parser=parse_month, metavar="MONTH", help="The month, like 2026-10.")]
Out = Annotated[Path, typer.Option(help="The folder to write to; it is made if it is missing.")]
In = Annotated[Language, typer.Option("--language", help="Chinese or English.")]
As = Annotated[Format, typer.Option("--format", help="Which file; all writes each of them.")]


@app.command()
def monthly(
    tenant: TenantCode,
    month: Month,
    out: Out,
    language: In = Language.ZH,
    form: As = Format.PDF,
) -> None:
    """Write what the enterprise overview shows of a month."""
    _write("monthly", tenant, month, language, form, out)


@app.command()
def profile(
    tenant: TenantCode,
    year: Annotated[int, typer.Option(min=2000, max=2049, help="The year.")],
    out: Out,
    language: In = Language.ZH,
    form: As = Format.PDF,
) -> None:
    """Write who the members were in a year, without telling of any one of them."""
    _write("profile", tenant, date(year, 1, 1), language, form, out)


@app.command()
def invoice(
    tenant: TenantCode,
    month: Month,
    out: Out,
    language: In = Language.ZH,
    form: As = Format.PDF,
) -> None:
    """Write the invoice of a month as it stands now in the books."""
    from orchestration.cli.papers import invoice_told

    now = system_clock()
    name, told = invoice_told(tenant, month, now)
    _write_papers("invoice", name, [((told["number"],), told)], now, language, form, out)


@app.command()
def settlement(
    tenant: TenantCode,
    day: Annotated[date, typer.Option(parser=parse_day, metavar="DAY", help="The day, like 2026-10-01.")],
    out: Out,
    language: In = Language.ZH,
    form: As = Format.PDF,
) -> None:
    """Write the settlement statements of a day, one for each supplier or other tenant, as they stand now in the books."""
    from orchestration.cli.papers import statements_told

    name, told = statements_told(tenant, day)
    papers = [((tenant, str(day), one["party_name"] or one["party_id"]), one) for one in told]
    _write_papers("settlement", name, papers, system_clock(), language, form, out)


@app.command()
def deliver(
    day: Annotated[
        date | None,
        typer.Option(
            parser=parse_day, metavar="DAY", help="The day on which to deliver what is due; by default today."
        ),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="The folder; by default that of POINTMART_REPORT_FOLDER.")
    ] = None,
) -> None:
    """Put all tenants' reports of the month that is over, and in January of the year, into a folder, once."""
    _hush()
    from dashboards.release import current_release
    from dashboards.reports.delivery import deliver as put
    from dashboards.reports.delivery import due
    from dashboards.settings import ReportSettings

    settings = ReportSettings()
    folder = into or settings.report_folder
    if folder is None:
        raise NoReport("no folder for reports is set; set POINTMART_REPORT_FOLDER, or name one with --into")
    console = Console()
    with _told_as_refusals(), spinner(console, "writing reports"):
        release = current_release(settings.releases_dir)
        done = [
            delivered
            for kind, first_day in due(day or business_date(system_clock()))
            for delivered in put(release, folder.resolve(), kind, first_day, settings.report_font)
        ]
    for each in done:
        console.print(
            f"{each.code} {each.kind} {each.period}: {each.outcome} {each.folder if each.outcome != 'empty' else ''}",
            highlight=False, soft_wrap=True,
        )  # fmt: skip


def _write(kind: "Kind", code: str, first_day: date, language: Language, form: Format, out: Path) -> None:
    _hush()
    # Streamlit, Typst and Vega take seconds to load; other commands need not wait for them.
    from dashboards.marts import TenantMarts
    from dashboards.release import current_release
    from dashboards.reports.tenants import tenant_of
    from dashboards.reports.writing import Wanted, report_files
    from dashboards.settings import ReportSettings

    settings = ReportSettings()
    console = Console()
    formats = _formats(form)
    with _told_as_refusals(), spinner(console, "writing the report"):
        release = current_release(settings.releases_dir)
        tenant = tenant_of(release, code)
        marts = TenantMarts(release, tenant.tenant_id)
        wanted = Wanted(kind, first_day, language.value)
        files = report_files(marts, tenant.name, tenant.code, wanted, formats, settings.report_font)
        _put(files, out)
    for name in files:
        console.print(str(out / name), highlight=False, soft_wrap=True)


def _write_papers(
    kind: Literal["invoice", "settlement"],
    tenant: str,
    papers: Sequence[tuple[tuple[str, ...], dict[str, Any]]],
    now: datetime,
    language: Language,
    form: Format,
    out: Path,
) -> None:
    """Write documents, each with the parts of its file's name and what the books tell of it."""
    _hush()
    from dashboards.downloads import file_name
    from dashboards.reports.papers import invoice_paper, statement_paper
    from dashboards.reports.writing import files_of
    from dashboards.settings import ReportSettings
    from dashboards.words import Words

    build = invoice_paper if kind == "invoice" else statement_paper
    console, font = Console(), ReportSettings().report_font
    files: dict[str, bytes] = {}
    with _told_as_refusals(), spinner(console, "writing the documents"):
        for parts, told in papers:
            report = build(Words(language.value), tenant, told, now)
            name = file_name("pointmart", kind, *parts, language.value)
            files |= files_of(report, name, _formats(form), font)
        _put(files, out)
    for name in files:
        console.print(str(out / name), highlight=False, soft_wrap=True)


def _formats(form: Format) -> "tuple[WrittenAs, ...]":
    from dashboards.reports.writing import FORMATS

    return FORMATS if form is Format.ALL else tuple(each for each in FORMATS if each == form.value)


def _put(files: dict[str, bytes], out: Path) -> None:
    from dashboards.reports.delivery import write_file

    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_file(out / name, content)


def _hush() -> None:
    """Stop Streamlit, which keeps the answers of the screens, from wondering where its server is."""
    from streamlit.logger import set_log_level

    set_log_level("error")


@contextmanager
def _told_as_refusals() -> Iterator[None]:
    from dashboards.release import NoRelease
    from dashboards.reports.delivery import NotOver
    from dashboards.reports.framing import NothingToReport
    from dashboards.reports.tenants import UnknownTenant
    from dashboards.reports.typeface import NoTypeface

    try:
        yield
    except NoRelease as error:
        raise NoReport(f"{error}; run `pointmart pipeline run` first") from error
    except (NotOver, NothingToReport, UnknownTenant, NoTypeface) as error:
        raise NoReport(str(error).strip()) from error
    except OSError as error:
        raise NoReport(f"the reports cannot be written: {error}") from error
