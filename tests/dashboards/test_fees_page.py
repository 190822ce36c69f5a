"""The page about fees, run as Streamlit runs it, on the literal release and before a real mall."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import page
from dashboards.bills import line_names, unconfirmed
from tests import literal_release as literal
from tests.dashboards import planning
from transactional.access.operations import issue_platform_key

OpenPage = Callable[..., AppTest]
LINES = [
    {"line_code": "platform", "basis": "month", "rate": 310_000, "name_zh": "平台费", "name_en": "Platform"},
    {"line_code": "order", "basis": "redemption", "rate": 50, "name_zh": "订单费", "name_en": "Orders"},
]

pytestmark = pytest.mark.usefixtures("fees_release")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "business_today", lambda: planning.TODAY)


def told(app: AppTest) -> str:
    assert not app.exception
    blocks = [*app.markdown, *app.caption, *app.info, *app.warning, *app.subheader]
    return "\n".join(block.value for block in blocks)


def announce_tariffs(database_url: str, mall: planning.Mall) -> None:
    """Announce a tariff that acorn confirms, and a later one that waits."""

    async def prepare() -> str:
        owner = await asyncpg.connect(database_url)
        try:
            await owner.execute("update mall.tenant set live_on = '2025-11-01'")
            return await issue_platform_key(owner, scope="operate", label="tests")
        finally:
            await owner.close()

    operator = {"Authorization": f"Bearer {asyncio.run(prepare())}"}
    for reference, first in (("T-2026", "2026-01-01"), ("T-2027", "2027-01-01")):
        body = {"reference": reference, "valid_from": first, "lines": LINES, "announced_by": "wu.min"}
        answer = mall.client.post("/v1/platform/tariffs", json=body, headers=operator)
        assert answer.status_code == 201, answer.text
        if reference == "T-2026":
            url = f"/v1/tariffs/{answer.json()['tariff_id']}/confirmation"
            assert mall.client.post(url, json={"confirmed_by": "an.ran"}).status_code == 200


@pytest.mark.parametrize("username", ["li.na", "an.ran"])
def test_who_is_logged_in_sees_what_was_charged_and_what_is_to_come(
    open_page: OpenPage, database_url: str, planned_mall: planning.Mall, username: str
) -> None:
    announce_tariffs(database_url, planned_mall)
    app = open_page("fees", token=planned_mall.token(username), mall=planned_mall.url)

    assert not app.exception
    assert app.subheader[0].value.startswith(
        "2026年3月费用 3,226.49 元（已减免 0.01 元），较2026年2月 +6,353.0%。照最近三个月的用量，未来 12 个月预计共 "
    )
    assert [(metric.label, metric.value) for metric in app.metric][:4] == [
        ("本月应付费用", "3,226.49 元"),
        ("本月账单", "3,200.00 元"),
        ("未付账单", "3,220.00 元"),
        ("本月结算应付", "1,000.56 元"),
    ]
    # Twelve months of the platform's fee; nothing was redeemed in this mall.
    assert app.metric[4].value == "37,200 元"
    assert all(metric.help for metric in app.metric)
    charges = app.dataframe[0].value
    assert charges["line"].tolist() == ["cash", "订单费", "平台费"]
    assert charges["rate_told"].tolist() == ["收款的 0.6%", "0.50 元", "3,100.00 元"]
    assert charges["confirmed_date"].dt.date.unique().tolist() == [date(2026, 1, 15)]

    steps = told(app)
    assert "费用标准 T\\-2027（2027年1月1日起）还没有确认" in steps
    assert "账单 2026\\-02\\-0001 已过 2026年3月15日的付款期限，还有 20.00 元未付" in steps
    assert "账单 2026\\-03\\-0001（3,200.00 元）请在 2026年4月15日前付款。" in steps
    assert "有 1 份结算单没有在 T+1 出单" in steps


def test_without_the_mall_what_was_charged_is_still_shown(open_page: OpenPage) -> None:
    app = open_page("fees", {"lang": "en"})

    assert app.subheader[0].value == "Fees of Mar 2026: ¥3,226.49 (¥0.01 waived), +6,353.0% against Feb 2026."
    assert app.metric[4].value == "—"
    assert "The mall cannot be reached right now" in told(app)


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [
        ("charges", "due", [5.99, 120.5, 3_100.0]),
        ("invoices", "net", [3_200.0, 50.0]),
        ("statements", "owed", [-234.0, 1_234.56]),
    ],
)
def test_the_rows_are_in_yuan_to_the_fen(
    open_page: OpenPage, rows: str, column: str, expected: list[float]
) -> None:
    assert open_page("fees", {"rows": rows}).dataframe[0].value[column].tolist() == expected


def test_a_first_month_is_told_with_its_waiver(open_page: OpenPage) -> None:
    app = open_page("fees", {"month": "2026-02"})

    assert app.subheader[0].value == "2026年2月费用 50.00 元（已减免 3,100.00 元）。"


@pytest.mark.parametrize("rows", ["charges", "invoices", "statements"])
def test_no_tenant_sees_another_ones_fees(open_page: OpenPage, rows: str) -> None:
    query = {"rows": rows, "tenant_id": str(literal.ACORN), "tenant": literal.ACORN_CODE}
    app = open_page("fees", query, tenant_id=literal.BIRCH, state={"tenant_id": str(literal.ACORN)})

    assert not app.exception
    assert len(app.dataframe[0].value) == 1
    assert [metric.value for metric in app.metric] == ["0.77 元", "0.77 元", "0.00 元", "0.99 元", "—"]


def test_a_tenant_without_fees_is_told_what_is_missing(open_page: OpenPage) -> None:
    app = open_page("fees", tenant_id=UUID(int=9))

    assert not app.exception
    assert app.info[0].value.startswith("还没有费用")
    assert not app.metric


def test_a_release_from_before_the_figures_says_so(open_page: OpenPage, literal_release: Path) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    assert "还没有这些数据" in open_page("fees").info[0].value


def test_a_tariff_that_a_confirmed_one_followed_waits_for_nobody() -> None:
    tariffs = [
        {"valid_from": "2025-01-01", "confirmed_on": None, "lines": [{"line_code": "a", "name_en": "Old"}]},
        {"valid_from": "2026-01-01", "confirmed_on": "2025-12-01", "lines": [{"line_code": "a", "name_en": "New"}]},
        {"valid_from": "2027-01-01", "confirmed_on": None, "lines": []},
    ]  # fmt: skip

    assert unconfirmed(tariffs) == tariffs[2:]
    assert line_names(tariffs, "en") == {"a": "New"}


def test_the_bar_says_that_fees_are_not_of_members(open_page: OpenPage) -> None:
    box = open_page("fees", {"segment": "champion"}).selectbox(key="no_segment")

    assert (box.disabled, box.value) == (True, "本页不分会员")
    assert "不按会员分群" in box.help
