"""Every route with the wrong tenant's key: it finds nothing of the other tenant and moves nothing of it.

A route that is not listed here fails the test, so that nobody forgets to try a new one.
"""

from datetime import timedelta
from uuid import uuid4

import pytest

from transactional.access.operations import issue_platform_key

from .conftest import client_for, open_shop
from .exchange.conftest import TERMS, agree, link

# What needs no key because anybody may see it, or because somebody else has signed it.
WITHOUT_KEY = {
    ("get", "/health"),
    ("post", "/v1/sessions"),
    ("get", "/v1/sessions/oidc"),
    ("post", "/v1/sessions/oidc"),
    ("post", "/v1/sessions/oidc/attempts"),
    ("get", "/v1/draws/{draw_id}/log"),
    # The codes of tenants are the proof: members/test_persons.py.
    ("post", "/v1/persons"),
    ("post", "/v1/payments/{provider}/notifications/{tenant_id}"),
    ("post", "/v1/carriers/{carrier}/events/{tenant_id}"),
}
# What the platform's own people and programs do for any tenant: a tenant's key is none here, whosever tenant it names.
PLATFORM = ("/v1/write-back/", "/v1/platform/")
# What only a person does, about nobody else: sessions/test_passwords.py.
BY_PEOPLE = {("post", "/v1/sessions/password"), ("get", "/v1/sessions/current")}
# What concerns two tenants is tried with three of them in exchange/test_isolation.py.
BETWEEN_TENANTS = ("/v1/exchanges", "/v1/members/{member_id}/link")
# What answers about the caller's own tenant whatever is asked: it must not show anything of another's.
OWN = {
    ("get", "/v1/program"), ("get", "/v1/tiers"), ("put", "/v1/tiers"), ("get", "/v1/offers"), ("get", "/v1/draws"),
    ("get", "/v1/flash-sales"), ("get", "/v1/campaigns"), ("get", "/v1/risk/rules"), ("post", "/v1/risk/rules"),
    ("post", "/v1/risk/rules/defaults"), ("get", "/v1/risk/assessments"), ("get", "/v1/risk/blocks"),
    ("post", "/v1/members"), ("post", "/v1/events"), ("post", "/v1/points/batches"),
    ("get", "/v1/webhooks"), ("post", "/v1/webhooks"), ("get", "/v1/webhooks/topics"),
    ("get", "/v1/webhooks/dead-letters"), ("get", "/v1/exchanges/agreements"), ("post", "/v1/exchanges/agreements"),
    ("get", "/v1/exchanges/positions"), ("get", "/v1/exchanges/statements"), ("get", "/v1/segments"),
    ("get", "/v1/risk/rules/acts"), ("get", "/v1/risk/rules/proposals"), ("post", "/v1/risk/rules/proposals"),
    ("get", "/v1/risk/scores"), ("get", "/v1/replenishment/proposals"),
    ("get", "/v1/warehouses"), ("post", "/v1/warehouses"), ("get", "/v1/stock"), ("get", "/v1/stock/thresholds"),
    ("get", "/v1/stock/alerts"), ("get", "/v1/stock/expired"), ("get", "/v1/reservations"), ("get", "/v1/suppliers"), ("post", "/v1/suppliers"),
    ("get", "/v1/suppliers/terms"), ("get", "/v1/purchase-orders"), ("get", "/v1/holiday-plans"),
    ("get", "/v1/top-ups"), ("get", "/v1/after-sales"), ("get", "/v1/shipments"), ("get", "/v1/compensations"), ("get", "/v1/fulfilment/terms"),
    ("put", "/v1/fulfilment/terms"), ("get", "/v1/fulfilment/rest-days"), ("put", "/v1/fulfilment/rest-days"),
    ("get", "/v1/surveys"), ("post", "/v1/surveys"), ("get", "/v1/reviews"), ("get", "/v1/chats"),
    ("get", "/v1/fulfilment/queue"), ("get", "/v1/risk/links"),
    # Tariffs are the same for all; a confirmation is of the caller's own tenant.
    ("get", "/v1/tariffs"), ("post", "/v1/tariffs/{tariff_id}/confirmation"), ("get", "/v1/fees"),
    ("get", "/v1/fees/forecast"), ("get", "/v1/invoices"), ("get", "/v1/settlements"), ("get", "/v1/reconciliations"),
    ("get", "/v1/licences"), ("get", "/v1/administrative-acts"), ("get", "/v1/features"), ("get", "/v1/opt-ins"), ("put", "/v1/pilot"), ("get", "/v1/pilot"),
    # Brands, items and carriers' rates are the platform's; estimates and statements of stock are of the caller's own.
    ("get", "/v1/brands"), ("get", "/v1/items"), ("get", "/v1/items/{item_id}"), ("get", "/v1/carriage/rates"),
    ("get", "/v1/carriage/estimate"), ("get", "/v1/stock/corrections"),
    ("put", "/v1/stock-levels"),
    ("get", "/v1/supplier-document-alerts"), ("get", "/v1/brand-authorisations"), ("get", "/v1/brand-demands"),
    # Items and brands are the platform's, so each tenant decides for itself about the same ones.
    ("post", "/v1/opt-ins"), ("post", "/v1/opt-ins/{item_id}/withdrawal"),
    ("put", "/v1/brand-demands/{brand_id}"),
    # The stranger is live, and is told so.
    ("get", "/v1/onboarding/acceptance"), ("post", "/v1/onboarding/acceptance"),
    # Each tenant declares under the same names for itself.
    ("get", "/v1/member-attributes"), ("put", "/v1/member-attributes/{name}"),
    ("delete", "/v1/member-attributes/{name}"),
}  # fmt: skip


ATTRIBUTE = {"type": "text", "purpose": "service", "is_personal": True, "declared_by": "x"}
TARIFF = {"reference": "t", "valid_from": "2026-01-01", "announced_by": "x", "lines": []}
CHARGE = {"reference": "f", "line_code": "artwork", "quantity": 1, "day": "2026-02-03", "charged_by": "x"}
SUPPLY = {"lead_time_days": 1, "worst_lead_time_days": 2, "unit_cost_fen": 100}
DOCUMENT = {
    "kind": "quality_report", "number": "q", "issued_on": "2026-01-01", "expires_on": "2026-03-05",
    "file_url": "https://files.example.com/q.pdf", "file_sha256": "0" * 64, "handed_in_by": "x",
}  # fmt: skip
PARCEL = {"reference": "p", "carrier": "sf", "tracking_number": "SF1001", "province": "广东"}
SURVEY = {
    "code": "s", "title": "s", "questions": [{"kind": "score", "wording": "?"}], "opened_by": "x",
}  # fmt: skip
CHAT = {
    "reference": "c", "messages": [{"author": "member", "said_at": "2026-02-01T10:00:00+08:00", "text": "x"}],
}  # fmt: skip
CASE = {"reference": "c", "type": "complaint", "reason": "late", "text": "还没到", "opened_by": "x"}
CAMPAIGN = {
    "reference": "c", "kind": "member_day", "name_zh": "会员日", "name_en": "Member day", "created_by": "x",
    "starts_at": "2026-03-01T12:00:00+08:00", "ends_at": "2026-03-12T12:00:00+08:00", "earning": {"numerator": 2},
    "budget_points": 10,
}  # fmt: skip
RELEASE = {"release_id": "20260301T020000Z-0123abcd", "as_of_date": "2026-03-01", "is_last": True}


async def written_back(app, shop, owner) -> str:
    """What the pipeline says of the shop; returns the id of its proposal."""
    key = await issue_platform_key(owner, scope="write_back", label="test")
    items = {
        "segments": [{"member_id": str(shop.member), "segment": "keep"}],
        "risk-scores": [{"member_id": str(shop.member), "score": 5, "reasons": ["velocity"]}],
        "replenishment-proposals": [
            {
                "item_id": str(shop.card), "quantity": 5, "order_by": "2026-03-03", "covers_until": "2026-03-22",
                "reason": "below_target",
            }
        ],
    }  # fmt: skip
    async with client_for(app, key) as pipeline:
        for kind, told in items.items():
            more = {"scheme": "rfm"} if kind == "segments" else {}
            url = f"/v1/write-back/{shop.tenant_id}/{kind}"
            answer = await pipeline.put(url, json=RELEASE | more | {"items": told})
            assert answer.json()["stored"] == 1, answer.text
    return str(await owner.fetchval("select proposal_id from mall.replenishment_proposal"))


async def planned(app, shop, owner, warehouse_id) -> str:
    """A holiday plan of the shop; returns its id."""
    key = await issue_platform_key(owner, scope="write_back", label="plans")
    line = {
        "occasion_id": "dragon-boat", "first_day": "2026-06-19", "last_day": "2026-06-21", "item_id": str(shop.card),
        "warehouse_id": warehouse_id, "quantity": 0, "order_by": None, "arrives_on": None, "need_date": None,
        "is_too_late": False, "wish_quantity": 0, "order_up_to": 0, "cuts": [], "risk_without": 0, "risk_with": 0,
        "cost_without_fen": 0, "cost_with_fen": 0, "demand_mean": 0, "demand_q05": 0, "demand_q50": 0, "demand_q95": 0,
        "confidence": "low",
    }  # fmt: skip
    async with client_for(app, key) as pipeline:
        url = f"/v1/write-back/{shop.tenant_id}/holiday-plans"
        assert (await pipeline.put(url, json=RELEASE | {"items": [line]})).json()["stored"] == 1
    return str(await owner.fetchval("select plan_id from mall.holiday_plan"))


async def exchange(app, client, shop, owner) -> dict[str, str]:
    """An exchange of the shop's with a partner, and a further quote."""
    partner = await open_shop(owner, "crane")
    async with client_for(app, partner.key) as other:
        agreement_id = await agree(client, other)
        link_id = await link(client, shop.member, other, partner.member)
    body = {"member_id": str(shop.member), "to_tenant": "crane", "points": 100}
    quotes = [(await client.post("/v1/exchanges/quotes", json=body)).json()["quote_id"] for _ in range(2)]
    made = await client.post("/v1/exchanges", json={"quote_id": quotes[0]}, headers={"Idempotency-Key": "x1"})
    return {
        "agreement_id": agreement_id,
        "link_id": link_id,
        "quote_id": quotes[1],
        "exchange_id": made.json()["exchange_id"],
    }


async def procurement(client, shop, owner, later) -> dict[str, str]:
    """A warehouse, a supplier with terms, an order, an alert and a reservation."""
    warehouse = await client.post("/v1/warehouses", json={"code": "main", "name": "总仓", "region": "华东"})
    supplier_id = (await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂"})).json()[
        "supplier_id"
    ]
    await owner.execute("update mall.supplier set is_gated = false")
    terms = await client.post(f"/v1/suppliers/{supplier_id}/terms", json=SUPPLY | {"item_id": str(shop.tea)})
    order = await client.post(
        "/v1/purchase-orders",
        json={
            "reference": "po", "supplier_id": supplier_id, "lines": [{"item_id": str(shop.tea), "quantity": 1}],
            "created_by": "x",
        },
    )  # fmt: skip
    reservation = await client.post(
        "/v1/reservations",
        json={
            "reference": "v", "item_id": str(shop.tea), "purpose": "campaign", "quantity": 1, "expires_at": later,
            "reserved_by": "x",
        },
    )  # fmt: skip
    await client.put("/v1/stock/thresholds", json={"item_id": str(shop.tea), "quantity": 1000})
    (alert,) = (await client.get("/v1/stock/alerts")).json()["alerts"]
    document = await client.post(f"/v1/suppliers/{supplier_id}/documents", json=DOCUMENT)
    document_id = document.json()["document_id"]
    url = f"/v1/suppliers/{supplier_id}/documents/{document_id}/verification"
    assert (await client.post(url, json={"verified_by": "x"})).status_code == 200
    assert (await client.get("/v1/supplier-document-alerts")).json()["alerts"]
    return {
        "document_id": document_id,
        "brand_id": str(
            await owner.fetchval(
                "insert into mall.brand (code, name_zh, name_en) values ('b', '牌', 'b') returning brand_id"
            )
        ),
        "warehouse_id": warehouse.json()["warehouse_id"],
        "supplier_id": supplier_id,
        "terms_id": terms.json()["terms_id"],
        "purchase_order_id": order.json()["purchase_order_id"],
        "reservation_id": reservation.json()["reservation_id"],
        "alert_id": alert["alert_id"],
    }


async def parcel(client, redemption_id, owner) -> dict[str, str]:
    """A parcel of the redemption that came late."""
    url = f"/v1/redemptions/{redemption_id}/shipments"
    made = (await client.post(url, json=PARCEL)).json()["shipment_id"]
    compensation_id = await owner.fetchval(
        "insert into mall.compensation (tenant_id, clock, subject_id, redemption_id, shipment_id, member_id, party, "
        "carrier, due_at, opened_at, points) select tenant_id, 'delivery', shipment_id, redemption_id, shipment_id, "
        "member_id, 'carrier', carrier, now(), now(), 0 from mall.shipment join mall.redemption using (tenant_id, "
        "redemption_id) returning compensation_id"
    )
    case = await client.post("/v1/after-sales", json=CASE | {"redemption_id": redemption_id})
    top_up_id = await owner.fetchval(
        "insert into mall.top_up (tenant_id, top_up_id, redemption_id, line_no, item_id, quantity, provider, "
        "product_code, request_hash, account, next_attempt_at, expires_at, requested_at) select tenant_id, uuidv7(), "
        "redemption_id, line_no, item_id, 1, 'sandbox', 'x', decode(repeat('00', 32), 'hex'), 'x', now(), now(), now() "
        "from mall.redemption_line where redemption_id = $1 returning top_up_id",
        redemption_id,
    )
    return {
        "top_up_id": str(top_up_id),
        "case_id": case.json()["case_id"],
        "shipment_id": made,
        "compensation_id": str(compensation_id),
        "carrier": "sf",
    }


async def known(client, shop) -> dict[str, str]:
    """What is known of the member: an attribute and the consent to it, a person, an export it asked for."""
    member = f"/v1/members/{shop.member}"
    for purpose in ("service", "identity_link"):
        body = {"purpose": purpose, "is_given": True, "text_version": "1"}
        await client.post(f"{member}/consents", json=body)
    await client.put("/v1/member-attributes/phone", json=ATTRIBUTE)
    told = await client.patch(f"{member}/attributes", json={"values": {"phone": "138"}})
    assert told.status_code == 200, told.text
    code = (await client.post(f"{member}/person-codes")).json()["code"]
    return {
        "name": "phone",
        "person_id": (await client.post("/v1/persons", json={"codes": [code]})).json()["person_id"],
        "export_id": (await client.post(f"{member}/exports")).json()["export_id"],
    }


async def charged(app, client, shop, owner) -> dict[str, str]:
    """A tariff that the shop confirmed, and the invoice of a month."""
    await owner.execute("update mall.tenant set live_on = '2025-01-01'")
    key = await issue_platform_key(owner, scope="operate", label="money")
    line = {"line_code": "artwork", "basis": "piece", "rate": 100, "name_zh": "图", "name_en": "Artwork"}
    async with client_for(app, key) as operator:
        tariff = await operator.post("/v1/platform/tariffs", json=TARIFF | {"lines": [line]})
        tariff_id = tariff.json()["tariff_id"]
        await client.post(f"/v1/tariffs/{tariff_id}/confirmation", json={"confirmed_by": "x"})
        # As if it had been confirmed in February.
        await owner.execute("alter table mall.fee_confirmation disable trigger fee_confirmation_append_only")
        await owner.execute("update mall.fee_confirmation set confirmed_on = '2026-02-01'")
        mine = f"/v1/platform/tenants/{shop.tenant_id}"
        fee = await operator.post(f"{mine}/fees", json=CHARGE)
        invoice = await operator.post(f"{mine}/invoices", json={"month": "2026-02"})
        compared = await operator.post(
            f"{mine}/reconciliations/import?provider=wechat&day=2026-02-03&imported_by=x",
            content=b"kind,order_number,amount_yuan\npayment,a,1\n",
        )
    for answer in (fee, invoice, compared):
        assert answer.status_code == 201, answer.text
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")
        statement_id = await owner.fetchval(
            "insert into mall.settlement_statement (tenant_id, party_kind, party_id, day, lines, quantity, owed_fen, "
            "stated_at, due_on) values ($1, 'supplier', uuidv7(), '2026-02-03', 1, 1, 1, now(), '2026-02-04') "
            "returning statement_id",
            shop.tenant_id,
        )
    return {
        "tariff_id": tariff_id, "fee_id": fee.json()["fee_id"], "invoice_id": invoice.json()["invoice_id"],
        "statement_id": str(statement_id), "reconciliation_id": compared.json()["reconciliation_id"],
    }  # fmt: skip


@pytest.fixture
async def belongings(app, client, shop, clock, owner):
    """One of everything that a tenant can have, by the names that paths use, and what bodies say of them."""
    await owner.execute(
        "update mall.program set offset_points = 100, offset_fen = 850, cash_points = 100, cash_fen = 1000"
    )
    earned = (await client.earn(shop.member, 2000, "e1")).json()
    made = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()
    hold = await client.post(
        "/v1/holds",
        json={"member_id": str(shop.member), "points": 10, "expires_in_seconds": 600},
        headers={"Idempotency-Key": "h1"},
    )
    soon, later = clock.now.isoformat(), (clock.now + timedelta(hours=1)).isoformat()
    sale = await client.post(
        "/v1/flash-sales",
        json={
            "reference": "s", "item_id": str(shop.tea), "price_points": 5, "starts_at": soon, "ends_at": later,
            "allotted": 2, "member_limit": 1,
        },
    )  # fmt: skip
    campaign = await client.post("/v1/campaigns", json=CAMPAIGN)
    draw = await client.post(
        "/v1/draws",
        json={
            "reference": "d", "name": "抽奖", "ticket_points": 5, "starts_at": soon, "ends_at": later,
            "max_tickets": 10, "member_limit": 1, "one_prize_per_member": True,
            "prizes": [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 100}],
        },
    )  # fmt: skip
    proposal = await client.post(
        "/v1/risk/rules/proposals",
        json={"rule": {"kind": "blocked", "verdict": "deny"}, "reason": "x", "acted_by": "x"},
    )
    rule = await client.post(
        "/v1/risk/rules", json={"kind": "account_age", "days": 1, "verdict": "review", "score": 10}
    )
    block = await client.post(
        "/v1/risk/blocks", json={"dimension": "member", "subject": str(shop.other_member), "reason": "fraud"}
    )
    endpoint = await client.post("/v1/webhooks", json={"url": "https://93.184.215.14/hook", "topics": ["*"]})
    for answer in (hold, sale, campaign, draw, proposal, rule, block, endpoint):
        assert answer.status_code == 201, answer.text
    return {
        "member_id": str(shop.member),
        "item_id": str(shop.card),
        "transfer_id": earned["transfer_id"],
        "redemption_id": made["redemption_id"],
        "hold_id": hold.json()["hold_id"],
        "sale_id": sale.json()["sale_id"],
        "draw_id": draw.json()["draw_id"],
        "campaign_id": campaign.json()["campaign_id"],
        "rule_id": rule.json()["rule_id"],
        "block_id": block.json()["block_id"],
        "endpoint_id": endpoint.json()["endpoint_id"],
        "delivery_id": str(uuid4()),
        "idempotency_key": "r1",
        "provider": "wechat",
        "feature": "draws",
        "brand_id": str(uuid4()),
        "tenant_id": str(shop.tenant_id),
        "proposal_id": await written_back(app, shop, owner),
        "rule_proposal_id": proposal.json()["proposal_id"],
        "licence_id": str(uuid4()),
        **(supply := await procurement(client, shop, owner, later)),
        "plan_id": await planned(app, shop, owner, supply["warehouse_id"]),
        **await exchange(app, client, shop, owner),
        **await parcel(client, made["redemption_id"], owner),
        **await charged(app, client, shop, owner),
        **await known(client, shop),
        **await said(client, shop, made["redemption_id"], owner),
    }


async def said(client, shop, redemption_id, owner) -> dict[str, str]:
    """A survey, a review and a chat of the shop's member."""
    member = str(shop.member)
    await owner.execute(
        "update mall.redemption set status = 'completed' where redemption_id = $1", redemption_id
    )
    survey = (await client.post("/v1/surveys", json=SURVEY)).json()
    review = {"member_id": member, "redemption_id": redemption_id, "line_no": 1, "stars": 1, "text": "x"}
    chat = CHAT | {"member_id": member}
    return {
        "survey_id": survey["survey_id"],
        "review_id": (await client.post("/v1/reviews", json=review)).json()["review_id"],
        "chat_id": (await client.post("/v1/chats", json=chat)).json()["chat_id"],
    }


def bodies(mine):
    """A valid body for each route that takes one, naming the other tenant's things."""
    member, line = mine["member_id"], [{"item_id": mine["item_id"], "quantity": 1}]
    return {
        "/v1/points/earn": {"member_id": member, "points": 5},
        "/v1/points/adjustments": {"member_id": member, "points": 5, "reason": "x"},
        "/v1/points/returns": {"transfer_id": mine["transfer_id"], "points": 5, "reason": "x"},
        "/v1/points/corrections": {"transfer_id": mine["transfer_id"], "reason": "x"},
        "/v1/points/batches": {
            "items": [
                {"operation": "earn", "idempotency_key": "b1", "member_id": member, "points": 5},
            ]
        },
        "/v1/holds": {"member_id": member, "points": 5, "expires_in_seconds": 60},
        "/v1/holds/{hold_id}/capture": {},
        "/v1/offers/{item_id}/codes": {"codes": ["AAA-1"]},
        "/v1/redemptions": {"member_id": member, "lines": line},
        "/v1/bill-offsets": {"member_id": member, "points": 50, "bill_reference": "b"},
        "/v1/redemptions/{redemption_id}/confirmation": {"accepted": True},
        "/v1/redemptions/{redemption_id}/cancellation": {"reason": "x"},
        "/v1/redemptions/{redemption_id}/refunds": {"reason": "x"},
        "/v1/redemptions/{redemption_id}/review": {"verdict": "approve", "reviewer": "x"},
        "/v1/redemptions/{redemption_id}/progress": {"move": "ship"},
        "/v1/redemptions/{redemption_id}/shipments": PARCEL | {"reference": "n"},
        "/v1/offers/{item_id}/top-up": {"provider": "sandbox", "product_code": "T10", "changed_by": "x"},
        "/v1/redemptions/{redemption_id}/top-ups": {"line_no": 1, "account": "13800000000"},
        "/v1/after-sales": CASE | {"reference": "n", "redemption_id": mine["redemption_id"]},
        "/v1/after-sales/{case_id}/answers": {"text": "x", "answered_by": "x"},
        "/v1/after-sales/{case_id}/decision": {
            "outcome": "refund", "responsibility": "platform", "text": "x", "decided_by": "x",
        },
        "/v1/fulfilment/terms": {"compensation_points": 5, "changed_by": "x"},
        "/v1/fulfilment/rest-days": {"days": [], "announced_by": "x"},
        "/v1/compensations/{compensation_id}/settlement": {"outcome": "waived", "settled_by": "x"},
        "/v1/draws": {
            "reference": "n", "name": "n", "ticket_points": 5, "starts_at": "2026-03-01T12:00:00+08:00",
            "ends_at": "2026-03-02T12:00:00+08:00", "max_tickets": 5, "member_limit": 1,
            "one_prize_per_member": False, "prizes": [{"item_id": mine["item_id"], "quantity": 1, "value_fen": 1}],
        },
        "/v1/draws/{draw_id}/entropy": {"value": "42"},
        "/v1/draws/{draw_id}/tickets": {"member_id": member},
        "/v1/draws/{draw_id}/cancellation": {"reason": "x"},
        "/v1/flash-sales": {
            "reference": "n", "item_id": mine["item_id"], "price_points": 5,
            "starts_at": "2026-03-01T12:00:00+08:00", "ends_at": "2026-03-02T12:00:00+08:00", "allotted": 1,
            "member_limit": 1,
        },
        "/v1/campaigns": CAMPAIGN
        | {"reference": "n", "kind": "new_item", "earning": None, "items": [{"item_id": mine["item_id"], "price_points": 5}]},
        "/v1/campaigns/{campaign_id}": {"budget_points": 20, "if_revision": 0, "edited_by": "x"},
        "/v1/campaigns/{campaign_id}/approval": {"approved_by": "x", "if_revision": 0},
        "/v1/campaigns/{campaign_id}/stop": {"stopped_by": "x", "reason": "x"},
        "/v1/exchanges/agreements": TERMS,
        "/v1/exchanges/quotes": {"member_id": member, "to_tenant": "crane", "points": 100},
        "/v1/exchanges": {"quote_id": mine["quote_id"]},
        "/v1/exchanges/{exchange_id}/reversal": {"reason": "x"},
        "/v1/members/{member_id}/links": {"code": "0000-0000-0000-0000"},
        "/v1/feedback": {"member_id": member, "score": 1},
        "/v1/surveys": SURVEY,
        "/v1/surveys/{survey_id}/responses": {"member_id": member, "answers": [{"question_no": 1, "score": 1}]},
        "/v1/reviews": {
            "member_id": member, "redemption_id": mine["redemption_id"], "line_no": 1, "stars": 1,
        },
        "/v1/reviews/{review_id}": {"member_id": member, "stars": 5},
        "/v1/reviews/{review_id}/moderation": {"is_hidden": True, "reason": "other", "moderated_by": "x"},
        "/v1/chats": CHAT | {"member_id": member},
        "/v1/risk/rules": {"kind": "account_age", "days": 1, "verdict": "review", "score": 10},
        "/v1/risk/blocks": {"dimension": "member", "subject": member, "reason": "x"},
        "/v1/risk/rules/{rule_id}/end": {},
        "/v1/risk/rules/proposals": {
            "rule": {"kind": "blocked", "verdict": "deny"}, "reason": "x", "acted_by": "x",
        },
        "/v1/risk/rules/proposals/{rule_proposal_id}/activation": {"reason": "x", "acted_by": "x"},
        "/v1/risk/rules/proposals/{rule_proposal_id}/withdrawal": {"reason": "x", "acted_by": "x"},
        "/v1/risk/blocks/{block_id}/lift": {},
        "/v1/tiers": {"tiers": []},
        "/v1/members": {"external_ref": "E-1"},
        "/v1/members/{member_id}": {"is_personalised": False},
        "/v1/members/{member_id}/consents": {"purpose": "service", "is_given": False},
        "/v1/members/{member_id}/attributes": {"values": {"phone": "139"}},
        "/v1/member-attributes/{name}": ATTRIBUTE,
        "/v1/onboarding/acceptance": {
            "run_id": member, "started_at": "2026-03-01T00:00:00Z", "finished_at": "2026-03-01T00:01:00Z",
            "checks": [
                {"area": "stability", "measure": "errors", "value": 0, "comparison": "at_most", "threshold": 0},
            ],
        },
        "/v1/persons/{person_id}/accounts": {"code": "0000-0000-0000-0000"},
        "/v1/write-back/{tenant_id}/segments": RELEASE | {
            "scheme": "rfm", "items": [{"member_id": member, "segment": "lost"}],
        },
        "/v1/write-back/{tenant_id}/risk-scores": RELEASE | {
            "items": [{"member_id": member, "score": 9, "reasons": ["denied"]}],
        },
        "/v1/write-back/{tenant_id}/replenishment-proposals": RELEASE | {"items": []},
        "/v1/write-back/{tenant_id}/holiday-plans": RELEASE | {"items": []},
        "/v1/holiday-plans/{plan_id}/lines": {
            "lines": [{"item_id": mine["item_id"], "warehouse_id": mine["warehouse_id"], "quantity": 1}],
            "edited_by": "x",
        },
        "/v1/holiday-plans/{plan_id}/decision": {"decision": "approved", "decided_by": "x"},
        "/v1/replenishment/proposals/{proposal_id}/decision": {"decision": "approved", "decided_by": "x"},
        "/v1/warehouses": {"code": "north", "name": "北仓", "region": "华北"},
        "/v1/warehouses/{warehouse_id}": {"rank": 1},
        "/v1/stock/relocations": {
            "reference": "n", "item_id": mine["item_id"], "from_warehouse_id": mine["warehouse_id"],
            "to_warehouse_id": member, "quantity": 1,
        },
        "/v1/stock/corrections": {
            "reference": "n", "item_id": mine["item_id"], "warehouse_id": mine["warehouse_id"], "quantity": 1,
            "reason": "x", "corrected_by": "x",
        },
        "/v1/stock/thresholds": {"item_id": mine["item_id"], "quantity": 1},
        "/v1/stock/alerts/{alert_id}/acknowledgement": {"acknowledged_by": "x"},
        "/v1/reservations": {
            "reference": "n", "item_id": mine["item_id"], "purpose": "campaign", "quantity": 1,
            "expires_at": "2026-03-02T12:00:00+08:00", "reserved_by": "x",
        },
        "/v1/reservations/{reservation_id}/issues": {"reference": "n", "quantity": 1, "issued_by": "x"},
        "/v1/suppliers": {"code": "leaf", "name": "叶茂"},
        "/v1/suppliers/{supplier_id}/brand": {"brand": None},
        "/v1/suppliers/{supplier_id}": {"name": "x"},
        "/v1/suppliers/{supplier_id}/documents": DOCUMENT | {"number": "n"},
        "/v1/suppliers/{supplier_id}/documents/{document_id}/verification": {"verified_by": "x"},
        "/v1/suppliers/{supplier_id}/documents/{document_id}/rejection": {"rejected_by": "x", "reason": "x"},
        "/v1/suppliers/{supplier_id}/samples": {
            "reference": "n", "result": "passed", "score": 90, "tested_on": "2026-02-03", "noted_by": "x",
        },
        "/v1/suppliers/{supplier_id}/trials/{purchase_order_id}/judgement": {"judged_by": "x"},
        "/v1/suppliers/{supplier_id}/suspension": {"failed_gate": "trial", "reason": "x", "suspended_by": "x"},
        "/v1/suppliers/{supplier_id}/reinstatement": {"lifted_by": "x"},
        "/v1/supplier-document-alerts/{alert_id}/acknowledgement": {"acknowledged_by": "x"},
        "/v1/brand-demands/{brand_id}": {"is_demanded": True, "changed_by": "x"},
        "/v1/platform/brand-demands/{brand_id}": {"is_demanded": True, "changed_by": "x"},
        "/v1/suppliers/{supplier_id}/terms": SUPPLY | {"item_id": mine["item_id"]},
        "/v1/suppliers/{supplier_id}/terms/{terms_id}/end": {"last_day": "2026-04-01"},
        "/v1/purchase-orders": {
            "reference": "n", "supplier_id": mine["supplier_id"],
            "lines": [{"item_id": mine["item_id"], "quantity": 1}], "created_by": "x",
        },
        "/v1/purchase-orders/{purchase_order_id}/lines": {
            "lines": [{"item_id": mine["item_id"], "quantity": 1}], "edited_by": "x",
        },
        "/v1/purchase-orders/{purchase_order_id}/moves": {"move": "cancel", "by": "x"},
        "/v1/purchase-orders/{purchase_order_id}/receipts": {
            "reference": "n", "received_by": "x", "batches": [{"line_no": 1, "quantity": 1}],
        },
        "/v1/tariffs/{tariff_id}/confirmation": {"confirmed_by": "x"},
        "/v1/suppliers/{supplier_id}/settlement-basis": {"basis": "redemption", "changed_by": "x"},
        "/v1/platform/working-days": {"days": [{"day": "2026-03-02", "is_working": False}], "changed_by": "x"},
        "/v1/opt-ins": {"item_id": mine["item_id"], "opted_in_by": "x"},
        "/v1/opt-ins/{item_id}/withdrawal": {"withdrawn_by": "x"},
        "/v1/stock-levels": {
            "as_of": "2026-03-01T12:00:00+08:00", "stated_by": "x",
            "levels": [{"warehouse_code": "main", "item_id": mine["item_id"], "quantity": 1}],
        },
        "/v1/platform/brands": {"code": "b", "name_zh": "b", "name_en": "b"},
        "/v1/platform/items": {"code": "i", "name": "i", "category": "c", "kind": "physical", "class": "staple"},
        "/v1/platform/carriage/rates": {
            "carrier": "sf", "region": "remote", "valid_from": "2026-01-01", "first_grams": 1, "first_fen": 1,
            "step_grams": 1, "step_fen": 1, "announced_by": "x",
        },
        "/v1/pilot": {"starts_on": "2026-04-01", "ends_on": "2026-04-02", "set_by": "x"},
        "/v1/platform/tenants": {
            "code": "crow", "name": "乌鸦", "industry": "bank", "qualification_number": "n",
            "qualification_expires_on": "2030-01-01", "applied_by": "x",
        },
        "/v1/platform/tenants/{tenant_id}/keys": {"label": "x"},
        "/v1/platform/tenants/{tenant_id}/onboarding/configuration": {"configured_by": "x"},
        "/v1/platform/tenants/{tenant_id}/onboarding/qualification": {
            "qualification_number": "n", "qualification_expires_on": "2031-01-01", "handed_in_by": "x",
        },
        "/v1/platform/tenants/{tenant_id}/onboarding/test": {"done_by": "x"},
        "/v1/platform/tenants/{tenant_id}/onboarding/live": {"done_by": "x"},
        "/v1/platform/tenants/{tenant_id}/features/{feature}": {"is_on": False, "changed_by": "x"},
        "/v1/platform/tenants/{tenant_id}/offers": {
            "offers": [{"item_id": mine["item_id"], "price_points": 1, "handover": "pickup"}],
        },
        "/v1/platform/licences": {
            "kind": "k", "number": "n", "holder": "x", "valid_from": "2026-01-01", "expires_on": "2026-01-02",
            "registered_by": "x",
        },
        "/v1/platform/licences/{licence_id}": {"holder": "y", "reason": "x", "corrected_by": "x"},
        "/v1/platform/licences/alerts/{alert_id}/acknowledgement": {"acknowledged_by": "x"},
        "/v1/platform/tariffs": TARIFF,
        "/v1/platform/tenants/{tenant_id}/fees": CHARGE | {"reference": "n"},
        "/v1/platform/tenants/{tenant_id}/invoices": {"month": "2026-02"},
        "/v1/platform/tenants/{tenant_id}/invoices/{invoice_id}/credit-notes": {
            "reference": "n", "amount_fen": 1, "reason": "x", "issued_by": "x",
        },
        "/v1/platform/tenants/{tenant_id}/invoices/{invoice_id}/payments": {
            "reference": "n", "amount_fen": 1, "received_at": "2026-03-01T10:00:00+08:00", "recorded_by": "x",
        },
        "/v1/platform/tenants/{tenant_id}/payment-terms": {"days": 9, "valid_from": "2026-04-01", "set_by": "x"},
        "/v1/platform/tenants/{tenant_id}/settlements/{statement_id}/payment": {
            "reference": "n", "settled_at": "2026-03-01T10:00:00+08:00", "recorded_by": "x",
        },
        "/v1/events": {"events": [{"member_id": member, "kind": "visit"}]},
        "/v1/webhooks": {"url": "https://93.184.215.14/hook", "topics": ["*"]},
    }  # fmt: skip


async def rows_of(owner, tenant_id):
    """Every row of a tenant in every table, as text."""
    tables = await owner.fetch(
        "select c.table_name from information_schema.columns c join pg_tables t on t.tablename = c.table_name "
        "and t.schemaname = 'mall' where c.table_schema = 'mall' and c.column_name = 'tenant_id'"
    )
    found = {}
    for (table,) in tables:
        rows = await owner.fetch(f"select t::text as row from mall.{table} t where tenant_id = $1", tenant_id)
        found[table] = sorted(row["row"] for row in rows)
    return found


async def test_no_route_reads_or_moves_what_is_another_tenants(app, client, shop, belongings, owner):
    stranger = await open_shop(owner, "birch")
    document = (await client.get("/openapi.json")).json()
    before = await rows_of(owner, shop.tenant_id)
    texts = bodies(belongings)
    public = {belongings["delivery_id"], belongings["tariff_id"], belongings["brand_id"]}
    secrets = {value for name, value in belongings.items() if name.endswith("_id")} - public
    async with client_for(app, stranger.key) as foreign, client_for(app, "none") as nobody:
        del nobody.headers["Authorization"]
        for path, methods in document["paths"].items():
            for method in methods:
                if (method, path) in WITHOUT_KEY | BY_PEOPLE or path.startswith(BETWEEN_TENANTS):
                    continue
                url = path.format(**belongings)
                # What takes a file says of anything else that it is none, whoever sends it.
                is_import = "text/csv" in methods[method].get("requestBody", {}).get("content", {})
                body = {} if is_import else texts.get(path)
                assert method == "get" or body is not None or "{" in path or path.endswith("defaults"), (
                    f"tell what to try {method} {path} with"
                )
                params = {
                    "/v1/redemptions": {"idempotency_key": "r1"},
                    "/v1/exchanges": {"member_id": belongings["member_id"]},
                    "/v1/exchanges/statements": {"day": "2026-03-01"},
                    "/v1/segments": {"scheme": "rfm"},
                    "/v1/carriage/quote": {"carrier": "sf", "province": "广东", "grams": 1},
                }
                more = {"params": params.get(path, {})} if method == "get" else {}
                headers = {"Idempotency-Key": f"stranger-{method}-{path}"}
                told = await foreign.request(method, url, json=body, headers=headers, **more)
                if path.startswith(PLATFORM):
                    assert told.status_code == 401, (method, path, told.text)
                elif is_import:
                    assert told.status_code == 422, "a body that is no CSV"
                elif (method, path) in OWN or path.endswith("/import/template"):
                    assert told.status_code < 300 or told.status_code == 409, (method, path, told.text)
                    echoed = {value for value in secrets if value in str(body)}
                    if path.startswith("/v1/items"):
                        echoed.add(belongings["item_id"])
                    assert not [s for s in secrets - echoed if s in told.text], (method, path)
                else:
                    assert told.status_code == 404, (method, path, told.text)
                unknown = await nobody.request(method, url, json=body, headers=headers, **more)
                assert unknown.status_code == 401, (method, path)
    assert await rows_of(owner, shop.tenant_id) == before
