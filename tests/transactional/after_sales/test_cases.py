"""Cases: their clock, what is decided about them, and refunds that happen exactly once."""

import asyncio
from datetime import timedelta
from random import Random
from uuid import uuid4

import asyncpg
import pytest

from tests.transactional.conftest import VAULT_KEY, open_shop
from transactional.after_sales.clock import tell_overdue
from transactional.after_sales.jobs import after_sales_jobs
from transactional.after_sales.refunding import make_refunds
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

DAY = timedelta(hours=24)
REFUND = {"outcome": "refund", "responsibility": "supplier", "text": "破损，退款", "decided_by": "li.na"}


@pytest.fixture
def context(app, clock, database_url) -> JobContext:
    settings = WorkerSettings(database_url=database_url, vault_key=VAULT_KEY)
    return JobContext(app.state.pools, app.state.committer, clock, settings, Random(7))


@pytest.fixture
async def redemption(client, shop) -> str:
    """Three teas for 300 of 1,000 points."""
    await client.earn(shop.member, 1000, "e1")
    return (await client.redeem(shop.member, "r1", (shop.tea, 3))).json()["redemption_id"]


@pytest.fixture
def open_case(client, redemption):
    async def open_case(reference: str = "c1", **more) -> dict:
        body = {
            "reference": reference, "redemption_id": redemption, "type": "return", "reason": "damaged",
            "text": "茶罐破了", "opened_by": "E-1", "line_no": 1, "quantity": 1,
        } | more  # fmt: skip
        answer = await client.post("/v1/after-sales", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    return open_case


def topics(owner, topic: str):
    return owner.fetchval("select count(*) from mall.outbox where topic = $1", topic)


async def test_a_case_is_opened_once_and_answered_within_a_day(client, shop, open_case, clock, owner):
    supplier = (await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂"})).json()[
        "supplier_id"
    ]
    terms = {
        "item_id": str(shop.tea), "lead_time_days": 1, "worst_lead_time_days": 2, "unit_cost_fen": 1,
        "valid_from": "2026-01-01",
    }  # fmt: skip
    await client.post(f"/v1/suppliers/{supplier}/terms", json=terms)
    made = await open_case()
    assert await open_case() == made
    assert (made["due_at"], made["supplier_id"], made["member_id"]) == (
        "2026-03-02T04:00:00Z", supplier, str(shop.member),
    )  # fmt: skip
    clock.now += DAY
    url = f"/v1/after-sales/{made['case_id']}/answers"
    told = (await client.post(url, json={"text": "已收到", "answered_by": "li.na"})).json()
    assert (told["answered_at"], told["is_overdue"]) == ("2026-03-02T04:00:00Z", False)
    clock.now += DAY
    again = (await client.post(url, json={"text": "正在处理", "answered_by": "li.na"})).json()
    assert again["answered_at"] == told["answered_at"]
    assert [note["kind"] for note in again["notes"]] == ["opened", "answered", "answered"]
    assert (await topics(owner, "after_sales.answered"), await topics(owner, "after_sales.overdue")) == (1, 0)


async def test_what_is_not_taken_back_is_returned_for_a_fault_alone(client, shop, redemption, owner):
    await owner.execute("update mall.item set compliance_flags = '{no_return}' where item_id = $1", shop.tea)
    body = {
        "reference": "c", "redemption_id": redemption, "type": "return", "reason": "changed_mind", "text": "不想要了",
        "opened_by": "E-1",
    }  # fmt: skip
    for about in ({}, {"line_no": 1}):
        refused = await client.post("/v1/after-sales", json=body | about)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:not-taken-back")
    for number, fair in enumerate(({"reason": "damaged"}, {"type": "complaint"})):
        assert (
            await client.post("/v1/after-sales", json=body | fair | {"reference": str(number)})
        ).status_code == 201


async def test_an_unanswered_case_is_told_of_once(client, open_case, clock, context, owner):
    # The clock of 24 hours runs on holidays too.
    rest = {"days": [{"day": "2026-03-02", "note": "春节"}], "announced_by": "x"}
    await client.put("/v1/fulfilment/rest-days", json=rest)
    made = await open_case()
    clock.now += DAY
    assert await tell_overdue(context) == 0
    clock.now += timedelta(seconds=1)
    assert await tell_overdue(context) == 1
    assert await tell_overdue(context) == 0
    late = await open_case("c2")
    clock.now += DAY + timedelta(seconds=1)
    url = f"/v1/after-sales/{late['case_id']}/answers"
    assert (await client.post(url, json={"text": "抱歉", "answered_by": "x"})).json()["is_overdue"]
    assert await tell_overdue(context) == 0
    assert await topics(owner, "after_sales.overdue") == 2
    listed = (await client.get("/v1/after-sales", params={"is_overdue": True, "status": "open"})).json()[
        "cases"
    ]
    assert [case["case_id"] for case in listed] == [made["case_id"]]


async def test_a_refund_goes_through_the_ledger_once(client, shop, open_case, context, owner, redemption):
    made = await open_case(quantity=2)
    url = f"/v1/after-sales/{made['case_id']}/decision"
    dry = await client.post(url, json=REFUND | {"restock": True}, params={"dry_run": "true"})
    assert (dry.json()["outcome"], await client.available(shop.member)) == ("refund", 700)
    answers = await asyncio.gather(
        *(client.post(url, json=REFUND | {"restock": True}) for _ in range(6)),
        make_refunds(context),
        make_refunds(context),
    )
    assert {answer.status_code for answer in answers[:6]} == {200}
    assert await client.available(shop.member) == 900
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.tea) == 9
    told = (await client.get(f"/v1/after-sales/{made['case_id']}")).json()
    assert (told["closed_at"], told["responsibility"], told["answered_at"]) == (
        "2026-03-01T04:00:00Z", "supplier", "2026-03-01T04:00:00Z",
    )  # fmt: skip
    assert await topics(owner, "after_sales.closed") == 1
    assert (await client.get(f"/v1/redemptions/{redemption}")).json()["status"] == "partially_refunded"
    other = await client.post(url, json=REFUND | {"outcome": "reject"})
    assert other.json()["type"].endswith("case-decided")


async def test_a_crash_between_decision_and_refund_is_made_up_for(
    client, app, shop, open_case, context, monkeypatch
):
    made = await open_case()

    async def crash(*_, **__):
        raise ConnectionResetError

    url = f"/v1/after-sales/{made['case_id']}/decision"
    with monkeypatch.context() as patch:
        patch.setattr("transactional.after_sales.decision_routes.make_refund", crash)
        assert (await client.post(url, json=REFUND)).status_code >= 500
    told = (await client.get(f"/v1/after-sales/{made['case_id']}")).json()
    assert (told["outcome"], told["closed_at"]) == ("refund", None)
    assert await make_refunds(context) == 1
    assert await make_refunds(context) == 0
    assert (await client.post(url, json=REFUND)).json()["closed_at"] is not None
    assert await client.available(shop.member) == 800


async def test_a_refused_refund_leaves_the_case_undecided(client, shop, open_case, redemption, owner):
    one, two = await open_case(quantity=2), await open_case("c2", quantity=2)
    assert (await client.post(f"/v1/after-sales/{one['case_id']}/decision", json=REFUND)).status_code == 200
    refused = await client.post(f"/v1/after-sales/{two['case_id']}/decision", json=REFUND)
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "refund-too-large")
    told = (await client.get(f"/v1/after-sales/{two['case_id']}")).json()
    assert (told["outcome"], [note["kind"] for note in told["notes"]]) == (
        None, ["opened", "decided", "refund_refused"],
    )  # fmt: skip
    body = REFUND | {"outcome": "reject", "responsibility": "member"}
    decided = await client.post(f"/v1/after-sales/{two['case_id']}/decision", json=body)
    assert (decided.json()["outcome"], decided.json()["closed_at"] is None) == ("reject", False)
    assert await client.available(shop.member) == 900


async def test_cases_about_all_of_a_redemption_give_all_of_it_back(client, shop, open_case):
    made = await open_case(line_no=None, quantity=None, type="complaint", reason="not_received")
    answer = await client.post(f"/v1/after-sales/{made['case_id']}/decision", json=REFUND)
    assert answer.json()["closed_at"] is not None
    assert await client.available(shop.member) == 1000


async def test_wrong_input_is_refused(client, redemption, open_case):
    body = {
        "reference": "w", "redemption_id": redemption, "type": "return", "reason": "damaged", "text": "x",
        "opened_by": "x",
    }  # fmt: skip
    for wrong, status in (
        ({"line_no": 9}, 404),
        ({"redemption_id": str(uuid4())}, 404),
        ({"line_no": 1, "quantity": 4}, 422),
        ({"quantity": 1}, 422),
        ({"reason": "bored"}, 422),
        ({"text": " "}, 422),
    ):
        assert (await client.post("/v1/after-sales", json=body | wrong)).status_code == status, wrong
    await open_case()
    clash = await client.post("/v1/after-sales", json=body | {"reference": "c1"})
    assert clash.json()["type"].endswith("case-exists")
    url = f"/v1/after-sales/{uuid4()}"
    assert (await client.get(url)).status_code == 404
    assert (await client.post(f"{url}/answers", json={"text": "x", "answered_by": "x"})).status_code == 404
    assert (await client.post(f"{url}/decision", json=REFUND)).status_code == 404
    restock = REFUND | {"outcome": "reject", "restock": True}
    assert (await client.post(f"{url}/decision", json=restock)).status_code == 422


async def test_a_tenant_sees_its_own_cases_alone_and_nobody_rewrites_what_was_said(
    owner, shop, open_case, database_url
):
    await open_case()
    stranger = (await open_shop(owner, "birch")).tenant_id
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        for table in ("after_sales_case", "after_sales_note"):
            for tenant, rows in ((stranger, 0), (shop.tenant_id, 1)):
                async with connection.transaction():
                    await connection.execute(
                        "select set_config('pointmart.tenant_id', $1, true)", str(tenant)
                    )
                    assert await connection.fetchval(f"select count(*) from mall.{table}") == rows
    finally:
        await connection.close()
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute("update mall.after_sales_note set text = 'x'")
    exported = await owner.fetchrow("select * from export.after_sales_case")
    assert "茶罐破了" not in str(dict(exported))
    assert not {"reference", "decided_by", "text"} & set(exported.keys())


async def stored_words(owner) -> str:
    rows = await owner.fetch("select * from mall.after_sales_note")
    return " ".join(
        value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in row.values()
    )


async def test_what_is_said_is_sealed_also_what_was_stored_before_there_was_a_seal(
    client, shop, open_case, context, owner
):
    made = await open_case(text="我叫张三")
    assert "张三" not in await stored_words(owner)
    case = shop.tenant_id, made["case_id"]
    await owner.execute(
        "insert into mall.after_sales_note (tenant_id, case_id, kind, text, noted_by, noted_at) "
        "values ($1, $2, 'answered', '张三您好', 'x', now())",
        *case,
    )
    shown = (await client.get(f"/v1/after-sales/{made['case_id']}")).json()["notes"]
    assert [note["text"] for note in shown] == ["我叫张三", "张三您好"]
    *_, job = after_sales_jobs(context.settings)
    assert [await job.run(context) for _ in range(2)] == [1, 0]
    assert "张三" not in await stored_words(owner)
    assert (await client.get(f"/v1/after-sales/{made['case_id']}")).json()["notes"] == shown
    # Neither opened again nor moved to another case.
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute("update mall.after_sales_note set sealed_text = 'x'")
    # Without the member's own key it is noise.
    await owner.execute("delete from mall.member_key")
    unread = (await client.get(f"/v1/after-sales/{made['case_id']}")).json()["notes"]
    assert {note["text"] for note in unread} == {"（无法解密 / cannot be decrypted）"}


async def test_no_words_are_kept_about_somebody_who_was_erased(client, shop, open_case, owner, redemption):
    made = await open_case()
    await client.change(redemption, "cancellation", "c", reason="x")
    erased = await client.post(f"/v1/members/{shop.member}/erasure", headers={"Idempotency-Key": "x"})
    assert erased.status_code == 200, erased.text
    url = f"/v1/after-sales/{made['case_id']}/answers"
    answered = await client.post(url, json={"text": "张三您好", "answered_by": "x"})
    assert (answered.status_code, answered.json()["notes"]) == (200, [])
    assert await owner.fetchval("select count(*) from mall.member_key") == 0
    body = {
        "reference": "c2", "redemption_id": redemption, "type": "inquiry", "reason": "other", "text": "x", "opened_by": "x",
    }  # fmt: skip
    assert (await client.post("/v1/after-sales", json=body)).status_code == 404
