"""Reports of the literal release as files: their text, figures, fonts, and what is refused."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
import yaml
from openpyxl import load_workbook

from dashboards.items import BAND_ENDS
from dashboards.marts import TenantMarts
from dashboards.profiles import FEWEST
from dashboards.release import current_release
from dashboards.reports.framing import NothingToReport
from dashboards.reports.typeface import NoTypeface, find_typeface
from dashboards.reports.writing import FORMATS, Format, Kind, Wanted, report_files
from dashboards.words import Language
from tests import literal_release as literal
from tests.dashboards.pdf_text import Pdf, read_pdf

Files = Callable[..., dict[str, bytes]]
MARCH, YEAR = date(2026, 3, 1), date(2026, 1, 1)


@pytest.fixture
def files(enterprise_release: Path) -> Files:
    """Write the files of a report of acorn's, or of another tenant's."""

    def write(
        kind: Kind = "monthly",
        first_day: date = MARCH,
        language: Language = "zh",
        formats: tuple[Format, ...] = FORMATS,
        tenant_id: UUID = literal.ACORN,
        font: Path | None = None,
    ) -> dict[str, bytes]:
        code, name = (literal.ACORN_CODE, literal.ACORN_NAME)
        if tenant_id != literal.ACORN:
            code, name = "birch", literal.BIRCH_NAME
        marts = TenantMarts(current_release(enterprise_release), tenant_id)
        return report_files(marts, name, code, Wanted(kind, first_day, language), formats, font)

    return write


def pdf(files: dict[str, bytes]) -> Pdf:
    (name,) = [name for name in files if name.endswith(".pdf")]
    return read_pdf(files[name])


def test_the_month_is_told_in_chinese_with_embedded_fonts(files: Files) -> None:
    made = pdf(files())

    assert len(made.pages) >= 3
    assert "企业月报·2026年3月数据截至2026年4月1日" in made.text
    assert "2026年3月，月活跃率40.0%，达到目标30%，较上月+10.0个百分点。3项指标全部达标。" in made.text
    # Cards with target, change and n; the funnel, flows and the wave have their words in the charts too.
    assert "月活跃率40.0%目标≥30%·达标较上月+10.0个百分点注册会员数120" in made.text
    assert "满意率90.0%目标≥85%·样本不足30，仅供参考" in made.text
    assert "24人·40.0%" in made.text
    assert "2026-05" in made.text
    assert "缺货率20.0%" in made.text
    assert f"{len(made.pages)}/{len(made.pages)}" in made.text
    assert made.embedded_fonts


def test_the_month_is_told_in_english(files: Files) -> None:
    made = pdf(files(language="en"))

    assert "Monthlyreport·Mar2026" in made.text
    assert "MonthlyactivityrateinMar2026:40.0%,atorabovethetargetof30%" in made.text
    assert "24·40.0%" in made.text


def test_the_tables_of_the_month_equal_the_marts(files: Files, enterprise_release: Path) -> None:
    made = files(formats=("xlsx", "csv"))
    book = load_workbook(BytesIO(next(made[name] for name in made if name.endswith(".xlsx"))))
    rows = [[cell.value for cell in row] for row in book["本月指标"].iter_rows(min_row=2)]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{current_release(enterprise_release).file}' as release (read_only)")
        expected = connection.execute(
            "select m.name_zh, k.value, k.numerator, k.denominator from release.marts.fct_kpis_monthly k "
            "join release.marts.dim_metric m using (metric) "
            "where tenant_id = ? and month = ? and m.unit = 'rate'",
            [str(literal.ACORN), MARCH],
        ).fetchall()

    assert {(row[0], row[6], row[7]) for row in rows} == {(name, top, low) for name, _, top, low in expected}
    assert {row[0]: row[1] for row in rows} == pytest.approx({name: value for name, value, *_ in expected})
    flows = made["pointmart-monthly-acorn-2026-03-zh-flows.csv"].decode("utf-8-sig").splitlines()
    assert flows[1] == "2026-03-01,500000,324000,0,0,0,800000"
    assert book.sheetnames[0] == "摘要"


@pytest.mark.parametrize(("kind", "first_day"), [("monthly", MARCH), ("profile", YEAR)])
def test_no_tenant_reads_another_ones_report(files: Files, kind: Kind, first_day: date) -> None:
    acorn, birch = (
        pdf(files(kind, first_day, formats=("pdf",), tenant_id=of)) for of in (literal.ACORN, literal.BIRCH)
    )

    assert literal.ACORN_NAME in acorn.text
    assert literal.BIRCH_NAME not in acorn.text
    assert literal.ACORN_NAME not in birch.text
    of_acorn, of_birch = {"monthly": ("500,000", "1,000"), "profile": ("60,000", "7,777")}[kind]
    assert of_acorn in acorn.text
    assert of_acorn not in birch.text
    assert of_birch in birch.text
    if kind == "profile":
        assert of_birch not in acorn.text


def test_the_profile_tells_who_the_members_are_and_what_they_like(files: Files) -> None:
    made = pdf(files("profile", YEAR))

    assert "会员画像年报·2026年" in made.text
    assert (
        "截至2026年3月31日，共有会员100人，近12个月有70.0%兑换过，人均1.4次；会员数较上年末+25.0%。"
        in made.text
    )
    assert "重要价值会员占会员的50.0%，贡献了83.3%的兑换积分。" in made.text
    assert "2026年尚未结束，数据到2026年3月31日。" in made.text
    assert "青年6060.0%" in made.text
    assert "drinks" in made.text
    assert "0–500" in made.text
    assert "周日" in made.text
    english = pdf(files("profile", YEAR, "en", formats=("pdf",)))
    assert "100memberson31Mar2026,ofwhom70.0%redeemedintwelvemonths,1.4timeseachonaverage" in english.text


def test_groups_of_a_few_are_not_told(files: Files) -> None:
    made = pdf(files("profile", YEAR, formats=("pdf",), tenant_id=literal.BIRCH))

    assert "会员太少，不显示分组。" in made.text
    assert "今年入会少于10人" in made.text
    assert "青年" not in made.text


@pytest.mark.parametrize(
    ("kind", "first_day", "language", "sentence"),
    [
        ("monthly", date(2020, 1, 1), "zh", "没有2020年1月的指标。已有的月份是"),
        ("monthly", date(2020, 1, 1), "en", "no figures of Jan 2020. It has those of"),
        ("profile", date(2020, 1, 1), "zh", "没有 2020 年的会员画像。已有的年份是 2025 至 2026"),
    ],
)
def test_a_period_that_is_not_known_is_refused_with_those_that_are(
    files: Files, kind: Kind, first_day: date, language: Language, sentence: str
) -> None:
    with pytest.raises(NothingToReport, match=sentence):
        files(kind, first_day, language)


def test_a_release_from_before_the_yearly_marts_has_no_profile(files: Files, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    with pytest.raises(NothingToReport, match=r"没有 2026 年的会员画像。$"):
        files("profile", YEAR)


def test_without_a_chinese_font_there_is_no_pdf_but_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoTypeface, match=r"install one .* POINTMART_REPORT_FONT"):
        find_typeface(None, is_system=False)
    with pytest.raises(NoTypeface, match="neither a folder nor a font file"):
        find_typeface(tmp_path / "nowhere")
    with pytest.raises(NoTypeface, match="holds no font"):
        find_typeface(tmp_path)


def test_a_font_that_lacks_a_sign_is_refused_instead_of_drawing_boxes(files: Files) -> None:
    latin = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if latin is None:
        pytest.skip("no font without Chinese is on this machine")

    with pytest.raises(NoTypeface, match="cannot write"):
        files(font=latin)


def test_a_font_file_may_be_named(files: Files) -> None:
    typeface = find_typeface(None)
    (regular,) = [
        font.path for font in typeface.fonts.fonts() if font.family == typeface.family and font.weight == 400
    ]
    assert regular is not None

    made = pdf(files(formats=("pdf",), font=Path(regular)))

    assert "企业月报" in made.text


def test_the_same_release_gives_the_same_bytes(files: Files) -> None:
    assert files(formats=("pdf", "csv")) == files(formats=("pdf", "csv"))


def test_bands_and_the_least_group_are_those_of_the_marts() -> None:
    project = Path(__file__).parents[2] / "dbt_project" / "dbt_project.yml"
    variables = yaml.safe_load(project.read_text(encoding="utf-8"))["vars"]

    assert variables["price_band_starts"] == [0, *BAND_ENDS]
    assert variables["fewest_members_of_a_group"] == FEWEST
