"""Everything that can be said about a member: a word of its own into every field of every route that takes free words."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from tests.transactional.conftest import client_for, open_shop
from tests.transactional.exchange.conftest import agree, link
from tests.transactional.members.conftest import agrees
from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.draws.settling import settle_tickets

MARK = "li-na-"

# The routes whose free words may be about a member, with the fields they stand in; `say` gives each a word.
ABOUT_MEMBERS = {
    ("post", "/v1/members"): {"external_ref"},
    ("patch", "/v1/members/{member_id}/attributes"): {"values.*"},
    ("post", "/v1/points/earn"): {"reference"},
    ("post", "/v1/points/adjustments"): {"reason"},
    ("post", "/v1/points/returns"): {"reason"},
    ("post", "/v1/points/corrections"): {"reason"},
    ("post", "/v1/points/batches"): {"items[].reference", "items[].reason"},
    ("post", "/v1/holds"): {"reference"},
    ("post", "/v1/redemptions"): {"context.device_id"},
    ("post", "/v1/draws/{draw_id}/tickets"): {"context.device_id"},
    ("post", "/v1/exchanges"): {"context.device_id"},
    ("post", "/v1/bill-offsets"): {"bill_reference"},
    ("post", "/v1/redemptions/{redemption_id}/confirmation"): {"reason"},
    ("post", "/v1/redemptions/{redemption_id}/cancellation"): {"reason"},
    ("post", "/v1/redemptions/{redemption_id}/refunds"): {"reason"},
    ("post", "/v1/redemptions/{redemption_id}/review"): {"reason"},
    ("post", "/v1/redemptions/{redemption_id}/shipments"): {"reference", "tracking_number"},
    ("post", "/v1/redemptions/{redemption_id}/top-ups"): {"account"},
    ("post", "/v1/compensations/{compensation_id}/settlement"): {"note"},
    ("post", "/v1/after-sales"): {"reference", "text"},
    ("post", "/v1/after-sales/{case_id}/answers"): {"text"},
    ("post", "/v1/after-sales/{case_id}/decision"): {"text"},
    ("post", "/v1/exchanges/{exchange_id}/reversal"): {"reason"},
    ("post", "/v1/feedback"): {"comment"},
    ("post", "/v1/surveys/{survey_id}/responses"): {"answers[].text"},
    ("post", "/v1/reviews"): {"text"},
    ("put", "/v1/reviews/{review_id}"): {"text"},
    ("post", "/v1/chats"): {"reference", "messages[].text"},
    ("post", "/v1/risk/blocks"): {"reason"},
}
# What is sealed, or kept as a keyed hash, before anybody is erased.
NEVER_OPEN = {
    "values.*", "text", "comment", "answers[].text", "messages[].text", "context.device_id", "account",
}  # fmt: skip
# Free words about goods, suppliers, money between parties, rules and the mall's own work, by the beginning of their route.
ABOUT_OTHERS = (
    "/v1/platform/", "/v1/offers", "/v1/opt-ins", "/v1/tiers", "/v1/fulfilment/", "/v1/campaigns", "/v1/flash-sales",
    "/v1/surveys", "/v1/risk/rules", "/v1/replenishment/", "/v1/holiday-plans", "/v1/warehouses", "/v1/stock",
    "/v1/reservations", "/v1/suppliers", "/v1/supplier-document", "/v1/brand-demands", "/v1/purchase-orders",
    "/v1/tariffs", "/v1/pilot", "/v1/webhooks", "/v1/draws", "/v1/member-attributes/{name}", "/v1/sessions",
)  # fmt: skip
# An address is kept as a keyed hash; a blocked member is an id.
SAID_OTHERWISE = {
    ("post", "/v1/risk/blocks", "subject"),
    *(("post", route, "context.ip") for route in ("/v1/redemptions", "/v1/draws/{draw_id}/tickets", "/v1/exchanges")),
    # Names of requests, not of people: by them a retry is told from a new one, for ever.
    ("post", "/v1/points/batches", "items[].idempotency_key"),
}  # fmt: skip
# Who of the staff did something stays: that is the audit of the books.
ACTORS = ("_by", "reviewer")


def free_words(document: dict) -> set[tuple[str, str, str]]:
    """Return (method, route, field) of all strings in bodies that are not ids, times, codes of a program or choices.

    Files say what the single routes say, and are left out.
    """
    found = set()
    for path, operations in document["paths"].items():
        if path.endswith("/import"):
            continue
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content.get("schema", {})
                found |= {(method, path, name) for name in _strings(document, schema, "", ())}
    return found


# Codes that programs choose, and secrets that are made here and typed back.
_CODES = ("^[a-z]", r"^\d{8}T", "^[0-9A-Za-z -]+$", "^[A-Za-z0-9][A-Za-z0-9._-]", "^[0-9a-f]")


def _strings(document: dict, schema: dict, path: str, above: tuple[int, ...]) -> set[str]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if id(schema) in above:
        return set()
    above = (*above, id(schema))
    found: set[str] = set()
    for kind in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(kind, ()):
            found |= _strings(document, part, path, above)
    if schema.get("type") == "string":
        is_free = not {"enum", "const"} & schema.keys() and schema.get("format") in (None, "binary")
        return found | {path} if is_free and not schema.get("pattern", "").startswith(_CODES) else found
    for name, part in schema.get("properties", {}).items():
        found |= _strings(document, part, f"{path}.{name}".lstrip("."), above)
    if schema.get("type") == "array":
        found |= _strings(document, schema.get("items", {}), f"{path}[]", above)
    if isinstance(schema.get("additionalProperties"), dict):
        found |= _strings(document, schema["additionalProperties"], f"{path}.*", above)
    elif schema.get("type") == "object" and "properties" not in schema:
        found.add(f"{path}.*")
    return found


@dataclass
class Said:
    """The words that were given, by route and field."""

    words: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def __call__(self, method: str, route: str, name: str) -> str:
        """Return a new word for a field."""
        word = f"{MARK}{len(self.words):03d}"
        self.words[word] = (method, route, name)
        return word

    @property
    def places(self) -> dict[tuple[str, str], set[str]]:
        """The fields that were given words, by method and route."""
        found: dict[tuple[str, str], set[str]] = {}
        for method, route, name in self.words.values():
            found.setdefault((method, route), set()).add(name)
        return found


async def say_everything(app, client, shop, owner, clock) -> tuple[UUID, Said]:
    """Register a member, say something wherever that is possible, and finish what would be in the way of an erasure."""
    say, keys = Said(), iter(range(10_000))

    async def send(method: str, route: str, body: dict, words: tuple[str, ...] = (), *, by=client, **path):
        """Send a body with a new word in each of the fields named, by the last part of their path."""
        for name in words:
            _put(body, name, say(method, route, name))
        answer = await by.request(
            method, route.format(**path), json=body, headers={"Idempotency-Key": f"k{next(keys)}"}
        )
        assert answer.status_code < 300, (route, answer.text)
        return answer.json()

    await owner.execute("update mall.program set offset_points = 100, offset_fen = 850, pending_days = 0")
    more = [StockReceipt(item, 9, "more", clock.now) for item in (shop.tea, shop.pot, shop.card)]
    await receive_stock(owner, tenant_id=shop.tenant_id, receipts=more)
    await owner.execute(
        "insert into mall.webhook_endpoint (tenant_id, url, topics, sealed_secret, since) "
        "values ($1, 'https://example.com/', '{*}', 'x', pg_current_snapshot())", shop.tenant_id,
    )  # fmt: skip
    member = (await send("post", "/v1/members", {}, ("external_ref",)))["member_id"]
    await agrees(client, member, "service")
    declared = {"type": "text", "purpose": "service", "is_personal": True, "declared_by": "x"}
    await client.put("/v1/member-attributes/phone", json=declared)
    await send(
        "patch",
        "/v1/members/{member_id}/attributes",
        {"values": {"phone": ""}},
        ("values.*",),
        member_id=member,
    )

    await _points(send, member)
    bought = await _redemptions(send, client, shop, member)
    await _exchange(app, send, client, shop, owner, member)
    draw = {
        "reference": "d", "name": "d", "ticket_points": 5, "starts_at": clock.now.isoformat(),
        "ends_at": (clock.now + timedelta(hours=1)).isoformat(), "max_tickets": 9, "member_limit": 1,
        "prizes": [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 100}],
    }  # fmt: skip
    draw_id = (await client.post("/v1/draws", json=draw)).json()["draw_id"]
    ticket = {"member_id": member, "context": {}}
    await send("post", "/v1/draws/{draw_id}/tickets", ticket, ("context.device_id",), draw_id=draw_id)
    ended = await client.post(
        f"/v1/draws/{draw_id}/cancellation", json={"reason": "x"}, headers={"Idempotency-Key": "end"}
    )
    assert ended.status_code == 200, ended.text
    await settle_tickets(app.state.pools.committer, app.state.committer, clock.now)
    await _own_words(send, client, shop, owner, member, bought)
    block = {"dimension": "member", "subject": member, "reason": ""}
    await send("post", "/v1/risk/blocks", block, ("reason",))
    await _blocked_devices(send, client, shop, owner, member)
    return UUID(member), say


async def _blocked_devices(send, client, shop, owner, member: str) -> None:
    """Block the member's device and address, and one that nobody was seen on, for a reason that names the member."""
    counting = {"kind": "device_accounts", "threshold": 9, "days": 30, "verdict": "deny", "score": 1}
    away = {"kind": "missing_context", "dimension": "ip", "verdict": "deny", "score": 100}
    pot = {"member_id": member, "lines": [{"item_id": str(shop.pot), "quantity": 1}]}
    rules = [(await client.post("/v1/risk/rules", json=rule)).json()["rule_id"] for rule in (counting, away)]
    seen = {"device_id": "seen", "ip": "203.0.113.7"}
    bought = (await send("post", "/v1/redemptions", pot | {"context": seen}))["redemption_id"]
    for move in ("ship", "deliver", "complete"):
        await send("post", "/v1/redemptions/{redemption_id}/progress", {"move": move}, redemption_id=bought)
    blocked = await client.post("/v1/risk/rules", json={"kind": "blocked", "verdict": "deny", "score": 100})
    await send("post", "/v1/risk/blocks", {"dimension": "device", "subject": "seen"}, ("reason",))
    refused = await client.command(
        "/v1/redemptions", "denied", member_id=member, lines=pot["lines"], context=seen
    )
    assert refused.status_code == 403, refused.text
    await send("post", "/v1/risk/blocks", {"dimension": "ip", "subject": "203.0.113.7"}, ("reason",))
    for rule_id in (*rules, blocked.json()["rule_id"]):
        await client.post(f"/v1/risk/rules/{rule_id}/end", json={})
    reference = await owner.fetchval(
        "select external_ref from mall.member where member_id = $1", UUID(member)
    )
    block = {"dimension": "device", "subject": "unseen", "reason": f"会员{reference}所用"}
    await send("post", "/v1/risk/blocks", block)


async def _points(send, member: str) -> None:
    earned = await send("post", "/v1/points/earn", {"member_id": member, "points": 9000}, ("reference",))
    await send(
        "post", "/v1/points/adjustments", {"member_id": member, "points": -5, "reason": ""}, ("reason",)
    )
    back = {"transfer_id": earned["transfer_id"], "points": 3}
    await send("post", "/v1/points/returns", back, ("reason",))
    wrong = await send("post", "/v1/points/earn", {"member_id": member, "points": 7})
    await send("post", "/v1/points/corrections", {"transfer_id": wrong["transfer_id"]}, ("reason",))
    items = [
        {"operation": "earn", "idempotency_key": "b1", "member_id": member, "points": 4},
        {"operation": "adjust", "idempotency_key": "b2", "member_id": member, "points": 4, "reason": ""},
    ]
    await send("post", "/v1/points/batches", {"items": items}, ("items[].reference", "items[].reason"))
    for end in ("capture", "release"):
        hold = await send("post", "/v1/holds", {"member_id": member, "points": 40}, ("reference",))
        await send("post", f"/v1/holds/{{hold_id}}/{end}", {}, hold_id=hold["hold_id"])


async def _redemptions(send, client, shop, member: str) -> str:
    """Redeem, cancel, refund, review, confirm and send; return a redemption of tea that the member has."""
    about = {"member_id": member, "lines": [{"item_id": str(shop.tea), "quantity": 2}], "context": {}}
    bought = (await send("post", "/v1/redemptions", about, ("context.device_id",)))["redemption_id"]
    part = {"lines": [{"line_no": 1, "quantity": 1}]}
    await send("post", "/v1/redemptions/{redemption_id}/refunds", part, ("reason",), redemption_id=bought)
    pot = {"member_id": member, "lines": [{"item_id": str(shop.pot), "quantity": 1}]}
    cancelled = (await send("post", "/v1/redemptions", dict(pot)))["redemption_id"]
    await send(
        "post", "/v1/redemptions/{redemption_id}/cancellation", {}, ("reason",), redemption_id=cancelled
    )
    offset = {"member_id": member, "points": 100}
    confirmed = (await send("post", "/v1/bill-offsets", offset, ("bill_reference",)))["redemption_id"]
    confirmation = {"accepted": False}
    await send(
        "post",
        "/v1/redemptions/{redemption_id}/confirmation",
        confirmation,
        ("reason",),
        redemption_id=confirmed,
    )
    rule = {"kind": "missing_context", "dimension": "device", "verdict": "review", "score": 60}
    rule_id = (await client.post("/v1/risk/rules", json=rule)).json()["rule_id"]
    parked = (await send("post", "/v1/redemptions", dict(pot)))["redemption_id"]
    await client.post(f"/v1/risk/rules/{rule_id}/end", json={})
    verdict = {"verdict": "reject", "reviewer": "x"}
    await send("post", "/v1/redemptions/{redemption_id}/review", verdict, ("reason",), redemption_id=parked)
    sent = (await send("post", "/v1/redemptions", dict(pot)))["redemption_id"]
    parcel = {"carrier": "sf", "province": "广东"}
    await send(
        "post",
        "/v1/redemptions/{redemption_id}/shipments",
        parcel,
        ("reference", "tracking_number"),
        redemption_id=sent,
    )
    for move in ("ship", "deliver", "complete"):
        await send("post", "/v1/redemptions/{redemption_id}/progress", {"move": move}, redemption_id=sent)
    product = {"provider": "sandbox", "product_code": "P", "changed_by": "x"}
    await client.put(f"/v1/offers/{shop.card}/top-up", json=product)
    card = {"member_id": member, "lines": [{"item_id": str(shop.card), "quantity": 1}]}
    virtual = (await send("post", "/v1/redemptions", card))["redemption_id"]
    await send(
        "post", "/v1/redemptions/{redemption_id}/top-ups", {"line_no": 1}, ("account",), redemption_id=virtual
    )
    return bought


async def _exchange(app, send, client, shop, owner, member: str) -> None:
    partner = await open_shop(owner, "crane")
    async with client_for(app, partner.key) as other:
        await agree(client, other)
        await link(client, member, other, partner.member)
    quote = {"member_id": member, "points": 240, "to_tenant": "crane"}
    quote_id = (await client.post("/v1/exchanges/quotes", json=quote)).json()["quote_id"]
    taken = {"quote_id": quote_id, "context": {}}
    exchange_id = (await send("post", "/v1/exchanges", taken, ("context.device_id",)))["exchange_id"]
    await send("post", "/v1/exchanges/{exchange_id}/reversal", {}, ("reason",), exchange_id=exchange_id)


async def _own_words(send, client, shop, owner, member: str, bought: str) -> None:
    said = {"member_id": member, "redemption_id": bought, "score": 1}
    await send("post", "/v1/feedback", said, ("comment",))
    survey = {"code": "s", "title": "s", "questions": [{"kind": "text", "wording": "?"}], "opened_by": "x"}
    survey_id = (await client.post("/v1/surveys", json=survey)).json()["survey_id"]
    await owner.execute(
        "insert into mall.survey_invitation (tenant_id, survey_id, member_id, redemption_id, invited_at) "
        "values ($1, $2, $3, $4, now())", shop.tenant_id, UUID(survey_id), UUID(member), UUID(bought),
    )  # fmt: skip
    answers = {"member_id": member, "answers": [{"question_no": 1, "text": ""}]}
    await send("post", "/v1/surveys/{survey_id}/responses", answers, ("answers[].text",), survey_id=survey_id)
    review = {"member_id": member, "redemption_id": bought, "line_no": 1, "stars": 1}
    review_id = (await send("post", "/v1/reviews", review, ("text",)))["review_id"]
    await send(
        "put", "/v1/reviews/{review_id}", {"member_id": member, "stars": 2}, ("text",), review_id=review_id
    )
    message = {"author": "member", "said_at": "2026-02-01T10:00:00+08:00", "text": ""}
    await send(
        "post", "/v1/chats", {"member_id": member, "messages": [message]}, ("reference", "messages[].text")
    )
    case = {"redemption_id": bought, "type": "complaint", "reason": "late", "opened_by": "x"}
    case_id = (await send("post", "/v1/after-sales", case, ("reference", "text")))["case_id"]
    await send("post", "/v1/after-sales/{case_id}/answers", {"answered_by": "x"}, ("text",), case_id=case_id)
    decision = {"outcome": "settled", "responsibility": "carrier", "decided_by": "x"}
    await send("post", "/v1/after-sales/{case_id}/decision", decision, ("text",), case_id=case_id)
    compensation_id = await owner.fetchval(
        "insert into mall.compensation (tenant_id, clock, subject_id, redemption_id, member_id, party, due_at, opened_at, "
        "points) values ($1, 'shipping', $2, $2, $3, 'platform', now(), now(), 0) returning compensation_id",
        shop.tenant_id, UUID(bought), UUID(member),
    )  # fmt: skip
    settled = {"outcome": "waived", "settled_by": "x"}
    await send(
        "post",
        "/v1/compensations/{compensation_id}/settlement",
        settled,
        ("note",),
        compensation_id=compensation_id,
    )


def _put(body: dict, name: str, word: str) -> None:
    """Put a word into a field: `a`, `a.b`, `a.*` (whatever stands there) or `a[].b` (the last that may have it)."""
    head, _, rest = name.partition(".")
    if not rest:
        body[head] = word
    elif head.endswith("[]"):
        operation = {"reference": "earn", "reason": "adjust"}.get(rest)
        items = [
            one for one in body[head[:-2]] if one.get("operation", operation) == operation or not operation
        ]
        items[-1][rest] = word
    else:
        inner = body[head]
        inner[next(iter(inner)) if rest == "*" else rest] = word
