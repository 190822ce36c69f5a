"""Alipay's signatures against answers openssl made, and what must not pass."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.transactional.payments.conftest import KNOWN, NOON, PAYMENT, REFUND
from transactional.payments.alipay import Alipay
from transactional.payments.domain import (
    Outcome,
    PayLink,
    PaymentNotice,
    PaymentOrder,
    RefundOrder,
    RefundOutcome,
)
from transactional.payments.refusals import (
    AlreadyPaid,
    BadSignature,
    MalformedNotice,
    ProviderRefused,
    ProviderUnavailable,
    StaleNotice,
    UnknownMerchant,
    UnknownPayment,
    UntrustedAnswer,
)

# printf 'app_id=2021…&biz_content={…}&…&version=1.0' | openssl dgst -sha256 -sign merchant.pem
SIGNED_QUERY = "GVKES/wsYcfHwZEOZqGNrUHc/hGqkwQB8sn1kBoK/j3E7TYOjJT0rGNls0vCLmFuhAAY6wdq5ZU7oV+PutiN1CiLl9dxiomgaL8ttaQFQWax9dOjgbTqBY2VC9f1vEDoX573ht5BtYAU2+bR1uNS3pcBj1qBoNqvN6rXTl88q3eS7ULNtfpkgWKd/8tvhkq/DOvXyhY/VObg7pm1gAPa3WE/iWC6csm2O01kKU14emIlQd39/clAKwyr126+t30wjnD8j91nRtTazj45Cqr0ua8YgYWqeYXm6jzuA0kpknPnupKwCPo5bgRqysHv3RM5pSQgkTPvDfBZM5wOoyFQuQ=="
# printf '%s' "$NODE" | openssl dgst -sha256 -sign platform.pem: with escapes that a JSON encoder would not write.
NODE = r'{"code":"10000","msg":"Success","out_trade_no":"0192f0c1a2b37c4d8e5f60718293a4b5","send_pay_date":"2026-03-01 11:58:00","subject":"\u79ef\u5206 a\/b","total_amount":"12.30","trade_no":"2026030122001400001","trade_status":"TRADE_SUCCESS"}'
SIGNED_NODE = "oJyrZIGlnCfpml3tvp110eENWCDUuReDw601Y5PxF5qhOstJOjpdS2fod4PFle2RXZwci5QziK9b9mfdbGaGmoCiTI/pJio15hXCcIzetc+RtALRWvPy6gRNyF/2HcWt97T+e+Rx7oIUset0R3tVRlvopbUQRrKrD0xp6v8iH5KpOE/JSMnfddZbEEle3oYVeoDfDi+1zXvzNtn7q1hokfr3k40h9LMszNnD06jWWxm32O6hgFCbndKcbul9J90DgHb9DrjBOzcoJGAVCmbWBx0k9AgGNN8uMLR8KTWiMCE+GJOI0dnJ0KzOFD1yZJ4g+JtgBmzIMMCi2czCeNCjDQ=="
# printf 'app_id=2021…&charset=utf-8&…&subject=茶壶 & 茶&…&version=1.0' | openssl dgst -sha256 -sign platform.pem
SIGNED_NOTICE = "tiFTeGSxFhYaQ46Enie/ZnwUdxE68kSozUiSm6B5qqi8tcdbF4jU2gju5n5W/PNPoKYv2mOcBec3q2QRNDsFQ5U5otsuGvEVIpKW7zgt5ytWUNAptZrg2IACdBlA0DachWmEKJZPxCvx9k2GMsCIQY4M6rsEAAZ9QwehB/qqXsSQKJdpIWa/ohG6O+ekxSuQr/3OOAKsBpTz6tgc0EsE/A4c29kmTmpMyHwuA9sjTdX7l3XfdhbubpTo8YqCpMUpjVjwkEHisWhUtMT9Mm03ac0RtWTfzK+HvxWG+TmhpIDoY8L36r+oyr9quC2VmDc+ebK7OITQ7cpnPfJTVy0Pyw=="
FIELDS = {
    "app_id": "2021000000000001",
    "charset": "utf-8",
    "gmt_payment": "2026-03-01 11:58:00",
    "notify_id": "ac05099524730693a8b330c5ecf72da9786",
    "notify_time": "2026-03-01 11:58:03",
    "notify_type": "trade_status_sync",
    "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
    "refund_fee": "0.00",
    "seller_id": "2088000000000001",
    "subject": "茶壶 & 茶",
    "total_amount": "12.30",
    "trade_no": "2026030122001400001",
    "trade_status": "TRADE_SUCCESS",
    "version": "1.0",
}


def platform_signature(message: bytes, key: rsa.RSAPrivateKey | None = None) -> str:
    if key is None:
        loaded = serialization.load_pem_private_key((KNOWN / "platform.pem").read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        key = loaded
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def form(fields: dict[str, str], key: rsa.RSAPrivateKey | None = None) -> bytes:
    """A notification of fields, signed independently of our code."""
    text = ""
    for name in sorted(fields):
        text += ("&" if text else "") + name + "=" + fields[name]
    signed = {**fields, "sign": platform_signature(text.encode(), key), "sign_type": "RSA2"}
    return urlencode(signed).encode()


class Wire:
    """The network: keeps the request and answers with what was set."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers_with(NODE, SIGNED_NODE)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer

    def answers_with(
        self, node: str, signature: str | None, name: str = "alipay_trade_query_response"
    ) -> None:
        text = f'{{"{name}":{node}' + (f',"sign":"{signature}"}}' if signature else "}")
        self.answer = httpx.Response(200, content=text.encode())

    def answers(self, method: str, **members: str) -> None:
        node = json.dumps(members, ensure_ascii=False)
        self.answers_with(node, platform_signature(node.encode()), f"alipay_trade_{method}_response")


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def pay(alipay_account, wire) -> Alipay:
    return Alipay(alipay_account, httpx.AsyncClient(transport=httpx.MockTransport(wire)), lambda: NOON)


async def test_a_request_is_signed_as_openssl_signs_it(pay, wire):
    await pay.query(PAYMENT)
    (request,) = wire.requests
    assert str(request.url) == "https://alipay.example/gateway.do?charset=utf-8"
    assert dict(parse_qsl(request.content.decode())) == {
        "app_id": "2021000000000001",
        "biz_content": '{"out_trade_no":"0192f0c1a2b37c4d8e5f60718293a4b5"}',
        "charset": "utf-8",
        "format": "JSON",
        "method": "alipay.trade.query",
        "sign": SIGNED_QUERY,
        "sign_type": "RSA2",
        "timestamp": "2026-03-01 12:00:00",
        "version": "1.0",
    }


async def test_an_answer_is_checked_as_it_was_written(pay):
    assert await pay.query(PAYMENT) == PaymentNotice(
        payment_id=PAYMENT,
        provider_reference="2026030122001400001",
        amount_fen=1230,
        outcome=Outcome.SUCCEEDED,
        occurred_at=datetime(2026, 3, 1, 3, 58, tzinfo=UTC),
        notice_id="query:0192f0c1a2b37c4d8e5f60718293a4b5:TRADE_SUCCESS",
    )


@pytest.mark.parametrize(
    ("old", "new"), [("12.30", "0.01"), (r"\/", "/"), ('"10000"', '"10000" '), ("WAIT", "WAIT")]
)
async def test_an_answer_that_was_changed_does_not_count(pay, wire, old, new):
    wire.answers_with(NODE.replace(old, new), SIGNED_NODE)
    if old == new:
        assert (await pay.query(PAYMENT)).amount_fen == 1230
    else:
        with pytest.raises(UntrustedAnswer):
            await pay.query(PAYMENT)


@pytest.mark.parametrize("forged_first", [True, False])
async def test_a_decoy_node_does_not_count(pay, wire, forged_first):
    nodes = [NODE, NODE.replace("12.30", "0.01")]
    first, second = reversed(nodes) if forged_first else nodes
    text = f'{{"alipay_trade_query_response":{first},"alipay_trade_query_response":{second},"sign":"{SIGNED_NODE}"}}'
    wire.answer = httpx.Response(200, content=text.encode())
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


async def test_an_order_says_who_sells_what_until_when(pay, wire):
    wire.answers(
        "precreate", code="10000", out_trade_no=FIELDS["out_trade_no"], qr_code="https://qr.example/1"
    )
    link = await pay.create(
        PaymentOrder(PAYMENT, 1230, "a/b=c&d 茶", NOON + timedelta(minutes=15), "https://mall.example/n")
    )
    assert link == PayLink(PAYMENT, "https://qr.example/1", NOON + timedelta(minutes=15))
    sent = dict(parse_qsl(wire.requests[0].content.decode()))
    assert (sent["method"], sent["notify_url"]) == ("alipay.trade.precreate", "https://mall.example/n")
    assert json.loads(sent["biz_content"]) == {
        "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
        "total_amount": "12.30",
        "subject": "a b c d 茶",
        "seller_id": "2088000000000001",
        "time_expire": "2026-03-01 12:15:00",
    }


@pytest.mark.parametrize(
    ("state", "refusal"),
    [("TRADE_SUCCESS", AlreadyPaid), ("WAIT_BUYER_PAY", ProviderRefused), ("TRADE_CLOSED", None)],
)
async def test_what_cannot_be_closed_is_looked_at(alipay_account, state, refusal):
    wire = Wire()

    def answers(request: httpx.Request) -> httpx.Response:
        if "alipay.trade.close" in request.content.decode():
            wire.answers("close", code="40004", sub_code="ACQ.TRADE_STATUS_ERROR")
        else:
            wire.answers(
                "query", code="10000", out_trade_no=FIELDS["out_trade_no"], trade_no="1", trade_status=state,
                total_amount="1.00",
            )  # fmt: skip
        return wire.answer

    pay = Alipay(alipay_account, httpx.AsyncClient(transport=httpx.MockTransport(answers)), lambda: NOON)
    if refusal is None:
        await pay.close(PAYMENT)
    else:
        with pytest.raises(refusal):
            await pay.close(PAYMENT)


async def test_a_refund_names_itself_so_that_it_happens_once(pay, wire):
    wire.answers("refund", code="10000", out_trade_no=FIELDS["out_trade_no"], trade_no="1", fund_change="Y")
    status = await pay.refund(RefundOrder(REFUND, PAYMENT, 30, 1230, "兑换已取消", "https://mall.example/n"))
    assert (status.outcome, status.amount_fen) == (RefundOutcome.SUCCEEDED, 30)
    assert json.loads(dict(parse_qsl(wire.requests[0].content.decode()))["biz_content"]) == {
        "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
        "refund_amount": "0.30",
        "out_request_no": "0192f0c1a2b37c4d8e5f60718293a4b6",
        "refund_reason": "兑换已取消",
    }


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a":1}', '{"sign":1}', f'{{"alipay_trade_query_response":{NODE}}}x']
)
async def test_an_answer_in_another_form_does_not_count(pay, wire, text):
    wire.answer = httpx.Response(200, content=text.encode())
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


async def test_an_unsigned_answer_does_not_count(pay, wire):
    wire.answers_with(NODE, None)
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


async def test_an_answer_about_another_payment_does_not_count(pay, wire):
    wire.answers(
        "query",
        code="10000",
        out_trade_no="f" * 32,
        trade_no="1",
        trade_status="TRADE_SUCCESS",
        total_amount="1.00",
    )
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


async def test_only_a_signed_reason_is_acted_on(pay, wire):
    wire.answers("query", code="40004", sub_code="ACQ.TRADE_NOT_EXIST")
    assert (await pay.query(PAYMENT)).outcome is Outcome.PENDING
    wire.answers_with('{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}', None)
    with pytest.raises(ProviderRefused, match=r"ACQ\.TRADE_NOT_EXIST"):
        await pay.query(PAYMENT)


async def test_a_full_refund_closes_a_trade_that_was_paid(pay, wire):
    trade = {"code": "10000", "out_trade_no": FIELDS["out_trade_no"], "trade_no": "1", "total_amount": "1.00"}
    wire.answers("query", **trade, trade_status="TRADE_CLOSED")
    assert (await pay.query(PAYMENT)).outcome is Outcome.CLOSED
    wire.answers("query", **trade, trade_status="TRADE_CLOSED", send_pay_date="2026-03-01 11:58:00")
    assert (await pay.query(PAYMENT)).outcome is Outcome.REFUNDED


@pytest.mark.parametrize("status", [500, 502, 302])
async def test_a_gateway_that_fails_is_unavailable(pay, wire, status):
    wire.answer = httpx.Response(status)
    with pytest.raises(ProviderUnavailable):
        await pay.query(PAYMENT)


async def test_a_busy_gateway_is_unavailable(pay, wire):
    wire.answers("query", code="20000", sub_code="isp.unknow-error")
    with pytest.raises(ProviderUnavailable):
        await pay.query(PAYMENT)


def test_a_notification_signed_by_openssl_is_read(pay):
    body = urlencode({"sign": SIGNED_NOTICE, "sign_type": "RSA2", **FIELDS}).encode()
    assert pay.read_notice({}, body, NOON) == PaymentNotice(
        payment_id=PAYMENT,
        provider_reference="2026030122001400001",
        amount_fen=1230,
        outcome=Outcome.SUCCEEDED,
        occurred_at=datetime(2026, 3, 1, 3, 58, tzinfo=UTC),
        notice_id="ac05099524730693a8b330c5ecf72da9786",
    )


def test_a_refund_is_known_by_its_sum_and_number(pay):
    refund = {
        **FIELDS,
        "refund_fee": "0.30",
        "gmt_refund": "2026-03-01 11:59:00.123",
        "out_biz_no": "0192f0c1a2b37c4d8e5f60718293a4b6",
    }
    news = pay.read_notice({}, form(refund), NOON)
    assert (news.outcome, news.amount_fen, news.refund_fen) == (Outcome.REFUNDED, 1230, None)
    assert news.refund_id is not None
    assert news.refund_id.hex == "0192f0c1a2b37c4d8e5f60718293a4b6"
    assert news.occurred_at == datetime(2026, 3, 1, 3, 59, 0, 123000, tzinfo=UTC)


def test_an_unpaid_trade_that_is_closed_is_told_apart(pay):
    closed = {**FIELDS, "trade_status": "TRADE_CLOSED", "gmt_close": "2026-03-01 11:59:00"}
    assert pay.read_notice({}, form(closed), NOON).outcome is Outcome.CLOSED


@pytest.mark.parametrize("name", FIELDS)
def test_no_changed_field_passes(pay, name):
    signed = parse_qs(form(FIELDS).decode())
    changed = urlencode({**signed, name: ["0.01"]}, doseq=True).encode()
    with pytest.raises(BadSignature):
        pay.read_notice({}, changed, NOON)


def test_an_added_or_a_missing_field_is_refused(pay):
    body = form(FIELDS)
    with pytest.raises(BadSignature):
        pay.read_notice({}, body + b"&trade_remark=x", NOON)
    with pytest.raises(BadSignature):
        pay.read_notice({}, body.replace(b"&version=1.0", b""), NOON)


def test_a_field_named_twice_is_refused(pay):
    with pytest.raises(MalformedNotice):
        pay.read_notice({}, form(FIELDS) + b"&total_amount=0.01", NOON)


@pytest.mark.parametrize(
    "change",
    [{"sign": ""}, {"sign": "AAAA"}, {"sign": "§"}, {"sign_type": "RSA"}, {"sign_type": "MD5"}],
    ids=str,
)
def test_another_signature_is_refused(pay, change):
    signed = dict(parse_qsl(form(FIELDS).decode()))
    with pytest.raises(BadSignature):
        pay.read_notice({}, urlencode({**signed, **change}).encode(), NOON)


def test_a_signature_of_another_key_is_refused(pay):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(BadSignature):
        pay.read_notice({}, form(FIELDS, stranger), NOON)


@pytest.mark.parametrize(
    "change", [{"app_id": "2021000000000002"}, {"seller_id": "2088000000000002"}], ids=str
)
def test_news_for_another_merchant_is_refused(pay, change):
    with pytest.raises(UnknownMerchant):
        pay.read_notice({}, form({**FIELDS, **change}), NOON)


def test_a_payment_of_another_program_is_not_ours(pay):
    with pytest.raises(UnknownPayment):
        pay.read_notice({}, form({**FIELDS, "out_trade_no": "SHOP-20260301-7"}), NOON)


def test_news_is_taken_for_a_day_and_a_bit_as_alipay_repeats_it(pay):
    sent_at = datetime(2026, 3, 1, 3, 58, 3, tzinfo=UTC)
    body = form(FIELDS)
    for now in (sent_at - timedelta(minutes=5), sent_at + timedelta(hours=26)):
        assert pay.read_notice({}, body, now).payment_id == PAYMENT
    for now in (sent_at - timedelta(minutes=5, seconds=1), sent_at + timedelta(hours=26, seconds=1)):
        with pytest.raises(StaleNotice):
            pay.read_notice({}, body, now)


@pytest.mark.parametrize(
    "change",
    [
        {"total_amount": "12,30"},
        {"total_amount": "-12.30"},
        {"total_amount": "1e3"},
        {"total_amount": "12.305"},
        {"refund_fee": "some"},
        {"trade_status": "TRADE_MAYBE"},
        {"notify_time": "yesterday"},
        {"gmt_payment": "2026-03-01T11:58:00+00:00"},
    ],
    ids=str,
)
def test_news_that_cannot_be_is_refused(pay, change):
    with pytest.raises(MalformedNotice):
        pay.read_notice({}, form({**FIELDS, **change}), NOON)


@pytest.mark.parametrize(
    "name", ["out_trade_no", "trade_no", "notify_id", "notify_time", "app_id", "total_amount"]
)
def test_news_without_a_field_it_must_have_is_refused(pay, name):
    fields = {key: value for key, value in FIELDS.items() if key != name}
    with pytest.raises(MalformedNotice):
        pay.read_notice({}, form(fields), NOON)


@pytest.mark.parametrize("body", [b"", b"x", b"\xff=1", b"a=%ff", b"{}"])
def test_a_body_that_is_no_form_is_refused(pay, body):
    with pytest.raises((MalformedNotice, BadSignature)):
        pay.read_notice({}, body, NOON)


def test_a_worked_off_notification_is_answered_with_success(pay):
    assert (pay.accepted().status, pay.accepted().body) == (200, b"success")
    assert pay.refused(BadSignature("no")).body != b"success"
