"""The pages of the platform's own people, run as Streamlit runs them, on the literal release."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.marts import NotOfThePlatform, PlatformMarts
from dashboards.release import current_release
from dashboards.visitor import Visitor
from tests import literal_release as literal
from tests.dashboards.conftest import MakeToken
from tests.dashboards.desks import DeskMall
from tests.dashboards.reading import frame_with, said

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")


@pytest.fixture
def open_platform(open_page: OpenPage, make_token: MakeToken) -> OpenPage:
    def opened(page: str, query: dict[str, str] | None = None) -> AppTest:
        return open_page(page, query, token=make_token(UUID(int=9), role="platform_admin"))

    return opened


def test_tenants_are_told_with_the_days_of_each_step(open_platform: OpenPage) -> None:
    app = open_platform("tenants")

    assert app.subheader[0].value == (
        "2 家企业申请过入驻：1 家已上线，1 家在途，其中 1 家已超过 10 天。上线用时的中位数为 8 天。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("企业", "2"), ("按时上线", ":gray[100.0%]"), ("在途", "1"),
    ]  # fmt: skip
    rows = frame_with(app, "reached")
    assert rows[["name", "reached", "so_far_days"]].to_numpy().tolist() == [
        [literal.BIRCH_NAME, "配置", 22], [literal.ACORN_NAME, "上线", 8],
    ]  # fmt: skip
    assert "停在“配置”已 19 天" in said(app)


def test_the_books_of_a_month_are_told_over_all_tenants_or_one(open_platform: OpenPage) -> None:
    app = open_platform("books")
    assert app.subheader[0].value == (
        "2026年3月开出 2 张账单，净额 1,150 元。全部账单还有 1,300 元未付，其中 500 元已逾期。2 份结算单中 1 份按 T+1 出具。2 份对账文件中 1 份有差异。"
    )
    assert set(frame_with(app, "invoice_number")["tenant"]) == {literal.ACORN_NAME, literal.BIRCH_NAME}
    assert "核对 1 份有差异的对账" in said(app)

    one = open_platform("books", {"tenant": "birch", "rows": "reconciliations", "lang": "en"})
    assert one.subheader[0].value == (
        "For Mar 2026 1 invoice asks ¥150 net. Of all invoices ¥0 is unpaid, ¥0 of it overdue. Of 1 statement 1 came by the next day (T+1). "
        "Of 0 reconciled files 0 differ."
    )
    unpaid = frame_with(open_platform("books", {"rows": "unpaid"}), "unpaid_count")
    assert unpaid[["tenant", "unpaid", "overdue"]].to_numpy().tolist() == [
        [literal.ACORN_NAME, 1300.0, 500.0]
    ]
    assert f"催收{literal.ACORN_NAME}：逾期 500 元，最早应于 2026年3月31日付款" in said(app)
    earlier = open_platform("books", {"month": "2026-02"})
    assert frame_with(earlier, "invoice_number")["net"].tolist() == [500.0]


def test_the_register_of_licences_is_kept_by_whoever_looks(open_page: OpenPage, desk_mall: DeskMall) -> None:
    lasting = "2036-01-01"
    with psycopg.connect(desk_mall.database_url) as connection:
        connection.execute(
            "insert into mall.licence (kind, number, holder, valid_from, expires_on, registered_by, registered_at) values "
            "('value_added_telecom', 'B2-1', '点易', '2021-03-31', '2026-03-30', 'x', now()), "
            "('internet_culture', 'W-9', '点易', '2023-04-22', %s, 'x', now())",
            (lasting,),
        )
        connection.execute(
            "insert into mall.licence_alert (licence_id, days_before, opened_at) "
            "select licence_id, 30, '2026-03-01' from mall.licence where number = 'B2-1'"
        )
    app = open_page("licences", token=desk_mall.token("platform_admin", "platform"), mall=desk_mall.url)
    assert app.subheader[0].value == (
        "1 项资质有未解除的到期预警；最早的是增值电信业务经营许可证，2026年3月30日到期，已过期 2 天。"
    )
    rows = frame_with(app, "licence_number")
    assert rows[["licence_number", "days_left", "state", "seen"]].to_numpy().tolist() == [
        ["B2-1", -2, "已过期", "否"], ["W-9", 3562, "有效", "—"],
    ]  # fmt: skip

    app.button(key="licence_see").click().run()
    assert "已记下：预警已知悉" in said(app)
    assert "预警已由 platform_admin 确认" in said(app)

    app.button(key="FormSubmitter:licence_renewal-登记").click().run()
    assert "请填写新证的证号与持有人" in said(app)
    app.text_input(key="renewal_number").set_value("B2-2")
    app.button(key="FormSubmitter:licence_renewal-登记").click().run()
    assert "已登记新证" in said(app)
    shown = frame_with(app, "licence_number").set_index("licence_number")
    assert shown["state"].to_dict() == {"B2-2": "有效", "W-9": "有效", "B2-1": "已续期"}
    assert str(shown.at["B2-2", "expires_date"].date()) == "2031-03-30"

    chosen = app.selectbox(key="licence").value
    app.text_input(key=f"holder_{chosen}").set_value("点易科技")
    app.button(key=f"FormSubmitter:correction_{chosen}-更正").click().run()
    assert "请写明持有人与更正的原因" in said(app)
    app.text_input(key=f"why_{chosen}").set_value("更名")
    app.button(key=f"FormSubmitter:correction_{chosen}-更正").click().run()
    assert "已更正；原来的内容已留存" in said(app)
    assert desk_mall.rows(
        "select l.holder, c.former_holder, c.reason, c.corrected_by from mall.licence_correction c "
        "join mall.licence l using (licence_id)"
    ) == [("点易科技", "点易", "更名", "platform_admin")]


def test_without_the_mall_the_register_says_so(open_platform: OpenPage) -> None:
    assert "读不到实时队列" in said(open_platform("licences")) or open_platform("licences").warning


def test_value_scores_tell_best_and_least_and_what_costs_most(open_platform: OpenPage) -> None:
    app = open_platform("value")
    assert app.subheader[0].value == (
        "2026年3月有 2 家企业有评分：最高的是橡果银行（80.0 分），最低的是Birch Retail（65.0 分），满分 100。"
    )
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("功能匹配（40%）", "75.0"), ("供应（30%）", "70.0"), ("服务（20%）", "75.0"), ("价格（10%）", "50.0"),
    ]  # fmt: skip
    assert "Birch Retail的“费用占比”让评分少了 5.0 分" in said(app)

    assert frame_with(app, "known_weight")["value_score"].tolist() == [80.0, 65.0]

    one = open_platform("value", {"tenant": "acorn", "rows": "figures", "lang": "en"})
    assert one.subheader[0].value == "For Mar 2026 橡果银行 scores 80.0 of 100."
    assert frame_with(one, "metric_name")["metric_name"].tolist() == ["Shipped on time"]
    assert frame_with(one, "metric_name")["score"].tolist() == [80.0]


@pytest.mark.parametrize("page", ["tenants", "books"])
def test_a_release_from_before_the_books_says_so(
    open_platform: OpenPage, literal_release: Path, page: str
) -> None:
    literal.switch(literal_release, literal.RELEASE_ID)

    assert "还没有这些数据" in said(open_platform(page))


@pytest.mark.parametrize("role", ["enterprise_admin", "operator", "risk_analyst", "planner", "nobody"])
def test_nobody_else_has_the_rows_of_every_tenant(literal_release: Path, role: str) -> None:
    with pytest.raises(NotOfThePlatform):
        PlatformMarts(current_release(literal_release), Visitor(literal.ACORN, "x", "li.na", role))
