"""A supplier passes its gates in order, each dated, and loses what it turned out not to have."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from transactional.database import tenant_transaction
from transactional.settings import WorkerSettings
from transactional.supplier_gates.jobs import watch
from transactional.worker.job import JobContext

from .conftest import KINDS


def problem(answer) -> str:
    return answer.json()["type"].removeprefix("urn:pointmart:problem:")


async def papers(gates) -> None:
    for kind in KINDS:
        await gates.verified(kind)


async def test_the_whole_way_from_documents_to_active(gates, order, place, deliver, clock, client, shop):
    assert await gates.standing() == "documents"
    assert problem(await gates.sample()) == "supplier-gate-not-reached"
    assert problem(await order(12)) == "supplier-not-active"
    await papers(gates)
    assert await gates.standing() == "samples"
    assert problem(await order(500)) == "supplier-not-active"
    assert (await gates.sample("s-0", "failed", score=40)).status_code == 201
    assert await gates.standing() == "samples"
    assert (await gates.sample()).status_code == 201
    assert (await gates.sample()).status_code == 200
    assert problem(await gates.sample(score=91)) == "supplier-sample-exists"
    assert await gates.standing() == "trial"
    assert [problem(await order(q)) for q in (12, 499, 1001)] == ["trial-order-size"] * 3
    trial = await place(500)
    assert problem(await order(500, "po-2")) == "trial-under-way"
    judge = f"trials/{trial}/judgement"
    assert problem(await gates.act(judge, judged_by="li.na")) == "supplier-trial-not-due"
    clock.now += timedelta(days=4)
    await deliver(trial, 500)
    dry = await client.post(f"{gates.url}/{judge}?dry_run=true", json={"judged_by": "li.na"})
    assert (dry.json()["result"], await gates.standing()) == ("passed", "trial")
    judged = (await gates.act(judge, judged_by="li.na")).json()
    assert (judged["result"], judged["delivered_quantity"], judged["due_quantity"]) == ("passed", 500, 0)
    assert (await gates.act(judge, judged_by="wu")).json() == judged
    told = await gates.dossier()
    assert told["status"] == "active"
    assert [(gate["is_passed"], gate["passed_at"] is not None) for gate in told["gates"]] == [
        (True, True)
    ] * 3
    assert [(d["kind"], d["expires_on"], d["is_valid"]) for d in told["documents"]] == [
        (kind, "2026-12-31", True) for kind in sorted(KINDS)
    ]
    assert (await order(12, "po-3")).status_code == 201


async def test_a_trial_that_comes_late_is_failed_and_may_be_tried_again(gates, place, deliver, clock):
    await papers(gates)
    await gates.sample()
    for number, days in enumerate((6, 5)):
        trial = await place(600, f"po-{number}")
        clock.now += timedelta(days=days)
        await deliver(trial, 600)
        answer = await gates.act(f"trials/{trial}/judgement", judged_by="li.na")
        assert answer.json()["result"] == ("failed", "passed")[number]
        assert await gates.standing() == ("trial", "active")[number]


async def test_a_trial_is_scored_by_what_members_got_and_how_complaints_were_answered(
    gates, place, deliver, clock, client, shop, owner
):
    await papers(gates)
    await gates.sample()
    trial = await place(500, item=shop.pot)
    clock.now += timedelta(days=1)
    await deliver(trial, 500)
    judge = f"trials/{trial}/judgement"
    await client.earn(shop.member, 100_000, "e1")
    redeemed = [
        (await client.redeem(shop.member, f"r{n}", (shop.pot, q))).json() for n, q in enumerate((96, 4))
    ]
    assert problem(await gates.act(judge, judged_by="x")) == "supplier-trial-not-due"
    clock.now += timedelta(hours=47)
    shipped = await client.change(redeemed[0]["redemption_id"], "progress", "p1", move="ship")
    assert shipped.status_code == 200, shipped.text
    assert problem(await gates.act(judge, judged_by="x")) == "supplier-trial-not-due", (
        "4 of 100 are not late yet"
    )
    case = {
        "reference": "c", "redemption_id": redeemed[0]["redemption_id"], "type": "complaint", "reason": "damaged",
        "text": "坏了", "opened_by": "x",
    }  # fmt: skip
    made = (await client.post("/v1/after-sales", json=case)).json()
    clock.now += timedelta(hours=2)
    (told,) = (await gates.dossier())["trials"]
    assert (told["due_quantity"], told["shipped_quantity"], told["complaints"]) == (100, 96, 0)
    clock.now += timedelta(hours=23)
    answered = await client.post(
        f"/v1/after-sales/{made['case_id']}/answers", json={"text": "x", "answered_by": "x"}
    )
    assert answered.status_code < 300, answered.text
    judged = (await gates.act(judge, judged_by="x")).json()
    assert (judged["complaints"], judged["answered"], judged["result"]) == (1, 0, "failed")


async def test_a_document_that_lapses_closes_the_gate_on_its_day_and_a_renewal_opens_it(
    gates, order, owner, clock
):
    await owner.execute("update mall.supplier set is_gated = false")
    assert (await order(1)).status_code == 201
    await gates.verified(until="2026-03-01")
    assert (await order(1, "po-2")).status_code == 201
    clock.now += timedelta(hours=12)  # midnight in Shanghai
    assert problem(await order(1, "po-3")) == "supplier-not-active"
    await gates.verified(number="n-2", until="2027-03-01")
    assert (await order(1, "po-3")).status_code == 201


async def test_lapses_are_told_before_they_come_and_closed_by_the_renewal(gates, app, clock, client):
    async def open_ones() -> list:
        found = (await client.get("/v1/supplier-document-alerts")).json()["alerts"]
        return [(one["number"], one["days_before"]) for one in found]

    context = JobContext(app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), None)
    await gates.verified(until="2026-06-01")
    assert await open_ones() == []
    clock.now += timedelta(days=2)
    for _ in range(2):
        await watch(context)
    assert await open_ones() == [("n-1", 90)]
    (alert,) = (await client.get("/v1/supplier-document-alerts")).json()["alerts"]
    url = f"/v1/supplier-document-alerts/{alert['alert_id']}/acknowledgement"
    seen = [(await client.post(url, json={"acknowledged_by": who})).json()["acknowledged_by"] for who in "ab"]
    assert seen == ["a", "a"]
    await gates.verified(number="n-2", until="2027-06-01")
    assert await open_ones() == []


async def test_who_forges_is_suspended_and_passes_again_what_failed(gates, order, owner, client):
    await owner.execute("update mall.supplier set is_gated = false")
    document = await gates.verified("brand_authorisation")
    rejection = {"rejected_by": "li.na", "reason": "品牌方未授权", "is_forged": True}
    for _ in range(2):
        told = (await gates.act(f"documents/{document}/rejection", **rejection)).json()
        assert (told["rejected_reason"], told["is_valid"]) == ("品牌方未授权", False)
    assert problem(await order(1)) == "supplier-suspended"
    (suspension,) = (await gates.dossier())["suspensions"]
    assert suspension["reason"] == "forged brand_authorisation n-1: 品牌方未授权"
    verification = await gates.act(f"documents/{document}/verification", verified_by="x")
    assert problem(verification) == "supplier-document-judged"
    assert (await gates.act("reinstatement", lifted_by="li.na")).json()["status"] == "documents"
    await gates.verified("brand_authorisation")
    assert (await gates.dossier())["status"] == "active"
    assert (await order(1)).status_code == 201


@pytest.mark.parametrize("gate", ["samples", "trial"])
async def test_a_suspension_is_ended_by_the_gate_it_names(gates, order, owner, gate):
    await owner.execute("update mall.supplier set is_gated = false")
    body = {"failed_gate": gate, "reason": "退货多", "suspended_by": "li.na"}
    for _ in range(2):
        assert (await gates.act("suspension", **body)).json()["status"] == "suspended"
    assert problem(await gates.act("suspension", **body | {"reason": "x"})) == "supplier-already-suspended"
    assert problem(await gates.sample()) == "supplier-gate-not-reached"
    assert (await gates.act("reinstatement", lifted_by="li.na")).json()["status"] == gate
    if gate == "samples":
        await gates.sample()
        assert await gates.standing() == "active"


async def test_documents_are_imported_whole_or_not_at_all(gates, client):
    header = "supplier_code,kind,number,issued_on,expires_on,file_url,file_sha256\n"
    row = f"leaf,quality_report,q,2026-01-01,2027-01-01,https://files.example.com/q.pdf,{'b' * 64}\n"
    url = "/v1/supplier-documents/import?imported_by=chen"
    wrong = await client.post(url, content=header + row + row.replace("leaf", "none"))
    assert (problem(wrong), wrong.json()["rows"][0]["row"]) == ("rows-refused", 2)
    assert (await gates.dossier())["documents"] == []
    for new in (1, 0):
        assert (await client.post(url, content=header + row)).json() == {"rows": 1, "new": new}
    assert [one["handed_in_by"] for one in (await gates.dossier())["documents"]] == ["chen"]
    template = await client.get("/v1/supplier-documents/import/template")
    assert (await client.post(url, content=template.content)).json() == {"rows": 1, "new": 1}


async def test_wrong_documents_are_refused(gates):
    assert (await gates.hand_in(level=1)).status_code == 422
    assert (await gates.hand_in("brand_authorisation", level=None)).status_code == 422
    assert (await gates.hand_in(until="2025-12-31")).status_code == 422
    assert problem(await gates.hand_in("brand_authorisation", brand_id=str(uuid4()))) == "unknown-brand"
    await gates.hand_in()
    assert (await gates.hand_in()).status_code == 200
    assert problem(await gates.hand_in(until="2026-12-30")) == "supplier-document-exists"
    answer = await gates.act(f"documents/{uuid4()}/verification", verified_by="x")
    assert problem(answer) == "unknown-supplier-document"


SAMPLE = (
    "insert into mall.supplier_sample (tenant_id, supplier_id, reference, result, score, remarks, tested_on, noted_by, "
    "noted_at) values ($1, $2, 's', 'passed', 99, '', '2026-02-01', 'x', '2026-03-01 05:00+00')"
)
PAST = (
    "insert into mall.supplier_sample (tenant_id, supplier_id, reference, result, score, remarks, tested_on, noted_by, "
    "noted_at) values ($1, $2, 's2', 'passed', 99, '', '2026-02-01', 'x', '2025-03-01 05:00+00')"
)
ORDER = (
    "insert into mall.purchase_order (tenant_id, purchase_order_id, reference, request_hash, supplier_id, origin, "
    "order_by, created_by, created_at) values ($1, uuidv7(), 'sql', sha256(''), $2, 'manual', '2026-03-02', 'x', "
    "'2026-03-01 05:00+00')"
)
UNGATED = "insert into mall.supplier (tenant_id, code, name, is_gated) select $1, 'x', 'x', $2::uuid is null"
OPENED = "update mall.supplier set is_gated = false where tenant_id = $1 and supplier_id = $2"
LIFTED = "update mall.supplier set status = 'active' where tenant_id = $1 and supplier_id = $2"
TRIAL = (
    "insert into mall.supplier_trial (tenant_id, purchase_order_id, supplier_id, begun_at) "
    "values ($1, uuidv7(), $2, '2026-03-01 05:00+00')"
)
FORGIVEN = (
    "update mall.supplier_document set rejected_at = null, rejected_by = null, rejected_reason = null "
    "where tenant_id = $1 and supplier_id = $2"
)


@pytest.mark.parametrize("sql", [SAMPLE, ORDER, UNGATED, OPENED, LIFTED, TRIAL, FORGIVEN])
async def test_the_services_own_sql_skips_no_gate(app, gates, shop, sql):
    """As whoever has the service's connection could try it."""
    document = (await gates.hand_in()).json()["document_id"]
    await gates.act(f"documents/{document}/rejection", rejected_by="x", reason="x")
    with pytest.raises(asyncpg.PostgresError):
        async with tenant_transaction(app.state.pools.api, shop.tenant_id) as connection:
            await connection.execute(sql, shop.tenant_id, gates.supplier)


async def test_acts_of_a_supplier_are_dated_one_after_another(app, gates, shop):
    await papers(gates)
    with pytest.raises(asyncpg.CheckViolationError, match="dealt with after"):
        async with tenant_transaction(app.state.pools.api, shop.tenant_id) as connection:
            await connection.execute(PAST, shop.tenant_id, gates.supplier)
