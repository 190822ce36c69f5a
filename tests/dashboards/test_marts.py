"""Questions to a release on behalf of one tenant."""

from pathlib import Path

import pytest

from dashboards.marts import TenantMarts
from dashboards.release import NoRelease, current_release
from tests import literal_release as literal


def test_a_question_that_names_no_tenant_is_refused(literal_release: Path) -> None:
    marts = TenantMarts(current_release(literal_release), literal.ACORN)

    with pytest.raises(ValueError, match="must be limited by"):
        marts.rows("select * from marts.fct_kpis_monthly")


def test_the_tenant_of_a_question_cannot_be_replaced(literal_release: Path) -> None:
    marts = TenantMarts(current_release(literal_release), literal.BIRCH)

    rows = marts.rows(
        "select distinct tenant_id from marts.fct_kpis_monthly where tenant_id = $tenant_id",
        tenant_id=str(literal.ACORN),
    )

    assert [str(found) for found in rows["tenant_id"]] == [str(literal.BIRCH)]


def test_a_release_cannot_be_written(literal_release: Path) -> None:
    marts = TenantMarts(current_release(literal_release), literal.ACORN)

    with pytest.raises(Exception, match="read-only"):
        marts.rows("delete from marts.fct_kpis_monthly where tenant_id = $tenant_id")


def test_the_release_names_itself_and_its_landing(literal_release: Path) -> None:
    release = current_release(literal_release)

    assert release.release_id == literal.RELEASE_ID
    assert release.complete_until.isoformat() == literal.LANDED_AT


def test_an_empty_data_folder_has_no_release(data_dir: Path) -> None:
    with pytest.raises(NoRelease, match="names no readable release"):
        current_release(data_dir / "releases")
