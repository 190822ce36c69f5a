"""`pointmart report` as a person meets it."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from tests import literal_release as literal
from tests.command_line import pointmart
from tests.dashboards.enterprise import add_enterprise
from tests.dashboards.pdf_text import read_pdf
from tests.dashboards.test_papers import keep_books

MARCH = ("monthly", "--tenant", "acorn", "--month", "2026-03")


@pytest.fixture
def release(data_dir: Path, literal_release: Path) -> Path:
    literal.publish(literal_release, "enterprise", add_enterprise)
    return data_dir


def report(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return pointmart("report", *arguments, **{"POINTMART_DATA_DIR": str(data_dir), **environment})


def test_all_files_of_a_month_are_written_and_named(release: Path, tmp_path: Path) -> None:
    done = report(release, *MARCH, "--format", "all", "--out", str(tmp_path / "out"))

    assert (done.returncode, done.stderr) == (0, "")
    named = {Path(line).name for line in done.stdout.split()}
    assert named == {path.name for path in (tmp_path / "out").iterdir()}
    assert {"pointmart-monthly-acorn-2026-03-zh.pdf", "pointmart-monthly-acorn-2026-03-zh.xlsx"} < named


def test_the_profile_of_a_year_is_written_in_english(release: Path, tmp_path: Path) -> None:
    year = ("profile", "--tenant", "acorn", "--year", "2026", "--language", "en")
    done = report(release, *year, "--out", str(tmp_path))

    assert done.returncode == 0
    assert (tmp_path / "pointmart-profile-acorn-2026-en.pdf").read_bytes().startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (("monthly", "--tenant", "cedar", "--month", "2026-03"), {}, "no tenant of the release has the code cedar"),
        (("monthly", "--tenant", "acorn", "--month", "2020-01"), {}, "2020年1月"),
        (MARCH, {"POINTMART_REPORT_FONT": "/nowhere.ttf"}, "POINTMART_REPORT_FONT names /nowhere.ttf"),
        (MARCH, {"POINTMART_DATA_DIR": "/nowhere"}, "run `pointmart pipeline run` first"),
        (("deliver", "--day", "2026-04-01"), {}, "POINTMART_REPORT_FOLDER"),
    ],
)  # fmt: skip
def test_what_cannot_be_reported_is_a_sentence(
    release: Path, tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], expected: str
) -> None:
    out = () if arguments[0] == "deliver" else ("--out", str(tmp_path / "out"))
    done = report(release, *arguments, *out, **environment)

    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("pointmart: ")
    assert expected in line
    assert not (tmp_path / "out").exists()


def test_a_month_that_is_none_is_told_how_to_be_written(release: Path, tmp_path: Path) -> None:
    done = report(release, "monthly", "--tenant", "acorn", "--month", "2026-13", "--out", str(tmp_path))

    assert done.returncode == 2
    assert "write it like 2026-03" in done.stderr


def test_an_invoice_and_the_statements_of_a_day_are_written_from_the_books(
    data_dir: Path, database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into mall.tenant (tenant_id, code, name, industry) values (%s, 'acorn', %s, 'bank')",
            (literal.ACORN, literal.ACORN_NAME),
        )
    keep_books(database_url)
    out = ("--out", str(tmp_path / "out"))
    asked = (
        ("invoice", "--tenant", "acorn", "--month", "2026-03", "--language", "en", *out),
        ("settlement", "--tenant", "acorn", "--day", "2026-03-10", "--format", "all", *out),
        ("invoice", "--tenant", "acorn", "--month", "2026-01", *out),
        ("settlement", "--tenant", "cedar", "--day", "2026-03-10", *out),
    )
    invoice, settlement, *refused = [
        report(data_dir, *one, POINTMART_DATABASE_URL=database_url) for one in asked
    ]

    assert (invoice.returncode, invoice.stderr) == (0, "")
    made = tmp_path / "out" / "pointmart-invoice-2026-03-0001-en.pdf"
    assert literal.ACORN_NAME in read_pdf(made.read_bytes()).text
    assert settlement.returncode == 0
    assert sorted(Path(line).suffix for line in settlement.stdout.split()) == [".csv", ".pdf", ".xlsx"]
    assert [one.returncode for one in refused] == [1, 1]
    assert "no invoice of 2026-01 was issued to acorn" in refused[0].stderr
    assert "no tenant has the code cedar" in refused[1].stderr
