"""Drafts of campaigns from a file: as one by one, all of them or none."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook

from tests.transactional.conftest import NOON

HEADER = "活动编号,类型,中文名称,英文名称,开始时间,结束时间,积分倍数,会员日,商品编码=活动积分,秒杀编号,降价（万分之）,预算积分\n"
START, END = "2026-03-02T00:00:00+08:00", "2026-03-12T00:00:00+08:00"
URL = "/v1/campaigns/import"


def row(reference, **told) -> str:
    fields = {
        "kind": "member_day",
        "earn": "2",
        "days": "",
        "items": "",
        "sales": "",
        "less": "",
        "budget": "500",
    }
    fields |= told
    return (
        f"{reference},{fields['kind']},会员日,Member day,{START},{END},{fields['earn']},{fields['days']},"
        f"{fields['items']},{fields['sales']},{fields['less']},{fields['budget']}\n"
    )


async def drafted(client) -> dict[str, dict]:
    return {one["reference"]: one for one in (await client.get("/v1/campaigns")).json()["campaigns"]}


async def opened_sale(client, shop) -> str:
    body = {
        "reference": "s-1", "item_id": str(shop.tea), "price_points": 60, "starts_at": NOON.isoformat(),
        "ends_at": (NOON + timedelta(hours=1)).isoformat(), "allotted": 2,
    }  # fmt: skip
    return (await client.post("/v1/flash-sales", json=body)).json()["sale_id"]


async def test_campaigns_of_a_file_are_drafted_once(client, shop):
    sale_id = await opened_sale(client, shop)
    file = (
        HEADER
        + row("c-1", days="2026-03-03；2026-03-10")
        + row("c-2", kind="new_item", earn="", items="acorn-tea=80; acorn-pot", less="1000")
        + row("c-3", kind="flash_sale", earn="", sales="s-1", budget="")
    ).encode("gb18030")
    answer = await client.post(f"{URL}?imported_by=ops", content=file)
    assert (answer.status_code, answer.json()) == (200, {"rows": 3, "new": 3})

    made = await drafted(client)
    assert {one["status"] for one in made.values()} == {"draft"}
    assert made["c-1"]["member_days"] == ["2026-03-03", "2026-03-10"]
    assert (made["c-1"]["earn_numerator"], made["c-1"]["earn_denominator"]) == (2, 1)
    assert (made["c-1"]["name_zh"], made["c-1"]["created_by"]) == ("会员日", "ops")
    prices = {one["item_id"]: one["price_points"] for one in made["c-2"]["items"]}
    assert prices == {str(shop.tea): 80, str(shop.pot): None}
    assert made["c-3"]["sale_ids"] == [sale_id]

    again = await client.post(f"{URL}?imported_by=ops", content=file)
    assert again.json() == {"rows": 3, "new": 0}


async def test_what_a_file_and_a_request_ask_alike_is_one_campaign(client, shop):
    await client.post(f"{URL}?imported_by=ops", content=(HEADER + row("c-1")).encode())
    body = {
        "reference": "c-1", "kind": "member_day", "name_zh": "会员日", "name_en": "Member day", "starts_at": START,
        "ends_at": END, "earning": {"numerator": 2}, "budget_points": 500, "created_by": "ops",
    }  # fmt: skip
    assert (await client.post("/v1/campaigns", json=body)).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (row("c-2", kind="new_item", earn="", items="nothing=5"), "nothing"),
        (row("c-2", kind="flash_sale", earn="", sales="nowhere", budget=""), "nowhere"),
        (row("c-2", budget=""), "budget_points"),
        (row("c-1", budget="7"), "c-1"),
    ],
)
async def test_one_wrong_row_keeps_all_out_and_is_named(client, shop, wrong, told):
    answer = await client.post(f"{URL}?imported_by=ops", content=(HEADER + row("c-1") + wrong).encode())
    assert answer.status_code == 422
    (one,) = answer.json()["rows"]
    assert one["row"] == 2
    assert told in one["problem"]
    assert await drafted(client) == {}


async def test_a_program_tells_for_whom_it_drafts(client, shop):
    answer = await client.post(URL, content=(HEADER + row("c-1")).encode())
    assert answer.json()["rows"][0]["problem"].startswith("imported_by")


async def test_a_workbook_is_taken_and_the_template_can_be_sent_as_it_is(client, shop):
    book, kept = Workbook(), BytesIO()
    for line in (HEADER + row("c-1")).splitlines():
        book.active.append(line.split(","))
    book.save(kept)
    assert (await client.post(f"{URL}?imported_by=ops", content=kept.getvalue())).json()["new"] == 1
    template = await client.get(f"{URL}/template")
    sent = await client.post(f"{URL}?imported_by=ops", content=template.content)
    assert (sent.status_code, sent.json()) == (200, {"rows": 1, "new": 1}), sent.text
