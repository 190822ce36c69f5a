"""The log of acts as each role sees it, on a real mall."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.desks.act_words import change, names, subject_name, which
from dashboards.words import Words
from tests import literal_release as literal
from tests.dashboards.desks import DeskMall
from tests.dashboards.reading import frame_with, said

OpenPage = Callable[..., AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")

# Acts bear the time of the database, whatever the mall's clock says.
ALWAYS = {"from": "2020-01-01", "until": "2099-12-31"}


def as_person(mall: DeskMall, role: str, method: str, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {mall.token(role)}"}
    answer = httpx.request(
        method, f"{mall.url}{path}", json=body, headers=headers, trust_env=False, timeout=30
    )
    assert answer.is_success, answer.text


def changed(mall: DeskMall) -> None:
    """Have a planner and a program change acorn's mall, and somebody birch's; once for all tests that look."""
    if mall.rows("select from mall.warehouse"):
        return
    warehouse = {"code": "main", "name": "总仓", "region": "华东"}
    as_person(mall, "planner", "POST", "/v1/warehouses", warehouse)
    warehouse_id = mall.rows("select warehouse_id from mall.warehouse")[0][0]
    as_person(mall, "planner", "PATCH", f"/v1/warehouses/{warehouse_id}", {"name": "中心仓", "rank": 5})
    mall.ask("PUT", "/v1/fulfilment/terms", {"compensation_points": 1200, "changed_by": "li.na"})
    mall.ask("PUT", "/v1/fulfilment/terms", {"compensation_points": 7, "changed_by": "x"}, literal.BIRCH)


def test_an_administrator_reads_who_changed_what_from_what_to_what(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    changed(desk_mall)
    token = desk_mall.token("enterprise_admin")
    app = open_page("acts", ALWAYS | {"what": "warehouse"}, token=token, mall=desk_mall.url)

    assert not app.exception
    assert app.subheader[0].value == (
        "2020年1月1日至2099年12月31日有 2 次管理操作，涉及 1 类对象；planner做得最多，2 次。"
    )
    rows = frame_with(app, "change")
    assert rows[["who", "role", "did", "kind", "which", "change"]].to_numpy().tolist() == [
        ["planner", "计划员", "修改", "仓库", "中心仓", "名称：总仓 → 中心仓；优先级：100 → 5"],
        ["planner", "计划员", "新增", "仓库", "中心仓",
         "编码：main；启用：是；默认：是；名称：总仓；优先级：100；区域：华东；仓库：" + rows["change"][1][-7:]],
    ]  # fmt: skip
    # Another shop's acts are not among all of one's own.
    everything = open_page("acts", ALWAYS, token=token, mall=desk_mall.url)
    told = frame_with(everything, "change")
    assert not told["change"].str.contains("赔付积分：7").any()
    assert told["change"].str.contains("赔付积分：1,200").any()
    assert "企业程序（密钥“tests”）" in set(told["who"])
    assert not any(sign in text for text in told["change"] for sign in '{}["')

    one = open_page("acts", ALWAYS | {"who": "key: tests", "lang": "en"}, token=token, mall=desk_mall.url)
    assert one.subheader[0].value == (
        "From 1 Jan 2020 to 31 Dec 2099: 1 change to 1 kind of thing; the tenant's program \\(key 'tests'\\) made the most, 1."
    )
    assert frame_with(one, "change")["role"].tolist() == ["—"]


def test_days_without_acts_and_days_the_wrong_way_round_are_said(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    token = desk_mall.token("enterprise_admin")
    none = open_page("acts", {"from": "2020-01-01", "until": "2020-01-02"}, token=token, mall=desk_mall.url)
    assert none.subheader[0].value == "2020年1月1日至2020年1月2日没有这样的管理操作。"
    wrong = open_page("acts", {"from": "2021-01-01", "until": "0001-01-01"}, token=token, mall=desk_mall.url)
    assert (not wrong.exception, wrong.warning[0].value) == (True, "截止日早于起始日，请重选。")
    odd = open_page("acts", ALWAYS | {"from": "x", "who": " ", "what": "y"}, token=token, mall=desk_mall.url)
    assert not odd.exception


def test_the_platforms_people_read_its_own_acts_and_each_tenants(
    open_page: OpenPage, desk_mall: DeskMall
) -> None:
    changed(desk_mall)
    token = desk_mall.token("platform_admin", "platform")
    own = frame_with(open_page("acts", ALWAYS, token=token, mall=desk_mall.url), "change")
    assert "仓库" not in set(own["kind"])
    assert "商品" in set(own["kind"])
    birch = open_page("acts", ALWAYS | {"tenant": "birch"}, token=token, mall=desk_mall.url)
    rows = frame_with(birch, "change")
    assert rows["change"].str.contains("赔付积分：7").any()
    assert not rows["change"].str.contains("1,200").any()


@pytest.mark.parametrize("role", ["enterprise_viewer", "planner", "operator", "risk_analyst"])
def test_others_do_not_read_it(open_page: OpenPage, desk_mall: DeskMall, role: str) -> None:
    app = open_page("acts", ALWAYS, token=desk_mall.token(role), mall=desk_mall.url)
    assert [title.value for title in app.title] == ["这个页面不归你的角色"]
    assert not app.dataframe


def test_without_the_mall_it_says_so(open_page: OpenPage, make_token: Callable[..., str]) -> None:
    app = open_page("acts", token=make_token(literal.ACORN, role="enterprise_admin"))
    assert not app.exception
    assert "操作记录暂时读不到" in said(app)


def test_every_audited_row_and_column_has_a_word_in_both_languages(desk_mall: DeskMall) -> None:
    with psycopg.connect(desk_mall.database_url) as connection:
        audited = connection.execute(
            "select c.relname, array_agg(a.attname::text), min(encode(t.tgargs, 'escape')) from pg_trigger t "
            "join pg_class c on c.oid = t.tgrelid join pg_attribute a on a.attrelid = c.oid "
            "where t.tgfoid = 'mall.note_administrative_act'::regproc and a.attnum > 0 and not a.attisdropped group by 1"
        ).fetchall()
    assert {name for name, _, _ in audited} == set(names()["subjects"])
    columns = set()
    for _, found, arguments in audited:
        untold = {"tenant_id", "xid", "recorded_at", *arguments.split("\\000")[1].split(",")}
        columns |= set(found) - untold
    assert columns - set(names()["columns"]) == set()
    for kind in names().values():
        assert all(set(word) == {"zh", "en"} for word in kind.values())


def test_what_is_gone_and_what_nobody_named_is_told_all_the_same() -> None:
    words = Words("zh")
    act = {
        "act": "delete", "subject": "rest_day", "subject_name": None, "subject_key": {"day": "2026-03-09"},
        "changed": {"day": ["2026-03-09", None], "note": ["盘点", None]},
    }  # fmt: skip
    assert which(words, act) == "2026-03-09"
    assert change(words, act) == "日期：2026-03-09；说明：盘点"
    assert subject_name(words, "no_such_table") == "no_such_table"
    offer = {
        "act": "update",
        "changed": {
            "cash_share_max_bp": [10000, 2550], "handover": ["shipping", "pickup"], "unit_cost_fen": [None, 1234],
            "listed_from": ["2026-03-01T00:00:00+08:00", None], "item_id": [str(UUID(int=0xABCDEF)), None],
            "break_costs_fen": [[], [950, 900]], "is_on": [True, False],
        },
    }  # fmt: skip
    assert change(words, json.loads(json.dumps(offer))) == (
        "阶梯单价：— → 9.50 元、9.00 元；最高现金比例：100% → 25.5%；交付方式：快递 → 自提；开启：是 → 否；"
        "商品：…abcdef → —；上架时间：2026-03-01 00:00 → —；单价：— → 12.34 元"
    )
