"""Reports put into a folder: whole, once, each tenant's its own, and the buttons that offer them on the pages."""

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import report_button
from dashboards.release import current_release
from dashboards.reports import delivery
from dashboards.reports.delivery import MANIFEST, NotOver, deliver, due
from dashboards.reports.typeface import NoTypeface
from tests import literal_release as literal

OpenPage = Callable[..., AppTest]
MARCH = date(2026, 3, 1)


def test_what_is_due_is_the_month_before_and_in_january_the_year() -> None:
    assert due(date(2026, 4, 1)) == [("monthly", MARCH)]
    assert due(date(2027, 1, 3)) == [("monthly", date(2026, 12, 1)), ("profile", date(2026, 1, 1))]


def test_each_tenant_has_a_folder_that_is_written_once(enterprise_release: Path, tmp_path: Path) -> None:
    release = current_release(enterprise_release)
    done = deliver(release, tmp_path / "out", "monthly", MARCH, None)

    assert [(each.code, each.outcome) for each in done] == [("acorn", "written"), ("birch", "written")]
    folder = tmp_path / "out" / "acorn" / "2026-03"
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["release_id"] == "enterprise"
    assert manifest["tenant"]["code"] == "acorn"
    assert {path.name for path in folder.iterdir()} == {*manifest["files"], MANIFEST}
    assert {name.rsplit(".", 1)[1] for name in manifest["files"]} == {"pdf", "xlsx", "csv"}
    assert {name for name in manifest["files"] if name.endswith(".pdf")} == {
        "pointmart-monthly-acorn-2026-03-zh.pdf", "pointmart-monthly-acorn-2026-03-en.pdf",
    }  # fmt: skip
    for name, file in manifest["files"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == file["sha256"]
    # Nothing half-written lies about.
    assert [path.name for path in folder.parent.iterdir()] == ["2026-03"]

    stamp = (folder / MANIFEST).stat().st_mtime_ns
    assert {each.outcome for each in deliver(release, tmp_path / "out", "monthly", MARCH, None)} == {"kept"}
    assert (folder / MANIFEST).stat().st_mtime_ns == stamp
    (folder / "pointmart-monthly-acorn-2026-03-zh.pdf").write_bytes(b"changed")
    again = deliver(release, tmp_path / "out", "monthly", MARCH, None)
    assert [each.outcome for each in again] == ["written", "kept"]


def test_a_month_that_is_not_over_is_not_delivered(enterprise_release: Path, tmp_path: Path) -> None:
    with pytest.raises(NotOver, match="2026-05-01"):
        deliver(current_release(enterprise_release), tmp_path / "out", "monthly", date(2026, 4, 1), None)

    assert not (tmp_path / "out").exists()


def test_a_tenant_without_figures_gets_no_folder(enterprise_release: Path, tmp_path: Path) -> None:
    done = deliver(current_release(enterprise_release), tmp_path / "out", "monthly", date(2020, 1, 1), None)

    assert {each.outcome for each in done} == {"empty"}
    assert not (tmp_path / "out").exists()


def test_a_failed_delivery_leaves_nothing(
    enterprise_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "_write", full)
    with pytest.raises(OSError, match="No space"):
        deliver(current_release(enterprise_release), tmp_path, "monthly", MARCH, None)

    assert list((tmp_path / "acorn").iterdir()) == []


def buttons(app: AppTest) -> dict[str, str]:
    assert not app.exception
    return {button.proto.id.split("-")[-1]: button.proto.label for button in app.get("download_button")}


@pytest.mark.parametrize(
    ("page", "key", "label"),
    [
        ("enterprise", "download_monthly_report", "下载 PDF 月报（2026年3月）"),
        ("members", "download_profile_report", "下载 2026 年会员画像（PDF）"),
    ],
)
def test_a_page_offers_its_report_and_computes_nothing_before(
    open_page: OpenPage,
    enterprise_release: Path,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    key: str,
    label: str,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("computed before anybody asked")

    monkeypatch.setattr(report_button, "to_pdf", never)

    assert buttons(open_page(page))[key] == label


def test_without_a_font_a_page_says_so_in_place_of_the_button(
    open_page: OpenPage, enterprise_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: Path | None) -> None:
        raise NoTypeface("there is none")

    monkeypatch.setattr(report_button, "find_typeface", none)
    app = open_page("enterprise")

    assert "download_monthly_report" not in buttons(app)
    assert any("没有可用的中文字体" in caption.value for caption in app.caption)


def test_a_release_from_before_the_yearly_marts_offers_no_profile(
    open_page: OpenPage, enterprise_release: Path
) -> None:
    literal.publish(
        enterprise_release,
        "before",
        lambda connection: None,
    )

    assert "download_profile_report" not in buttons(open_page("members"))
