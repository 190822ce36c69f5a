"""WeChat Pay's signatures and seals against answers made without our code: by openssl, and by a GCM in textbook form."""

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.transactional.payments.conftest import API_V3_KEY, KNOWN, NONCE, NOON, PAYMENT, REFUND
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
    UnknownPlatformKey,
    UntrustedAnswer,
)
from transactional.payments.wechat import WeChatPay

# printf 'POST\n/v3/…/close\n1772337600\n593B…\n{"mchid":"1900000001"}\n' | openssl dgst -sha256 -sign merchant.pem
SIGNED_CLOSE = "KmoD16BS3yAsqNT9bejTz38VZMtygc8RhGm+esNMfSuMTeJKWScHfUvRda5KYnPKUbOGmIYCiHbFNy/ps/v/0n7HZfEIIiW7GM0lJ7v8QDt1LIBUvF6TE3J77Raj35whzRpc2mobjDPMH4oYr9YavSbwc84+fzkqRomO9v/orOgH6ss/iI/V2QVnE1xMpAVaHTOmf3Gu47X0t5c7+H7OpiZk2skjBUq1PJxNnAqyJeQkW3IvO1ER47I35wNNO0GqtX+XESGG5JuNIUV2vIkDin3vJKNEk03ZQl2SW90oaxK75Xp4hGTMdYJs+W2xBZ/TDQDXp7F0Q9gAFd+sWADmXg=="
# printf 'GET\n/v3/…?mchid=1900000001\n1772337600\n593B…\n\n' | openssl dgst -sha256 -sign merchant.pem
SIGNED_QUERY = "JbaG9WuOi4l4av2QEkeQ0cSUxwcV1ijP6wilo7hOug09VTsk1kFds/lu+ZHdTJKf48x0+jIuPiyiMoqofVoQch9hwZ1rhVo8PuDXB1SO5NHgWcxqzHNnuz1qrmgQ6lsudVyKyI6+uISObyDu9cl/iO0RZmXZK4E0Jh7BOuNNzL7FLa36I7MRvDgSJqh00I4kgQ9VE/MT1ZXQXeafHBj6aPoIIF9n2+rrP33dqvIummV2sMr32oB1vb4jKDakcaQjVLuR46TRX7yZp76DS8O6m3HK5y6ZDARmIqG+R2ngWYt9eLFm3Jw47DDPzTzgPV9hBNMJaqQFIeeIINHdY9VNNA=="
# printf '1772337600\nc5ac7061fccab6bf3e254dcf98995b8c\n\n' | openssl dgst -sha256 -sign platform.pem
SIGNED_NO_CONTENT = "gZvpmMF9i03AfM6PR5khhpWM4vdIrN6YDb5UuroylIpivpZzoZDKzvawpX5cQ+VytHaLHYrMELJH3FLTuNkNBC76EvK52qlO0K7k2wAFVdiYAh8uUIcOCZqBInLNXeEFvK7pVQ2w6YxXdy1QtE3TtWTjNh80K2+/rnLYI8wNm3Fto5AIo1NvUCvH5TMA0zyIFt7RqSRZcz7W2brh0vfofMzptUVCHOxdsFE2t5eGex9bVPDWM0c0QNHy+ymAWrjuahNtL6+zMhyNAr0MOVIaNRL4bJB9ejlhiMOqPTLgECAgQGIJx0LX3zGHq6tuy2GBXmIOBcm6w76E0eO5Z+nH/A=="

TRADE = {
    "mchid": "1900000001",
    "appid": "wx0000000000000001",
    "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
    "transaction_id": "4200002026030112345",
    "trade_state": "SUCCESS",
    "success_time": "2026-03-01T11:58:00+08:00",
    "amount": {"total": 1230, "payer_total": 1200, "currency": "CNY"},
}
REFUND_NEWS = {
    "mchid": "1900000001",
    "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
    "out_refund_no": "0192f0c1a2b37c4d8e5f60718293a4b6",
    "refund_id": "50000000382019052709732678859",
    "refund_status": "SUCCESS",
    "amount": {"total": 1230, "refund": 30, "payer_total": 1230, "payer_refund": 30},
}
REFUND_ANSWER = {
    "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
    "out_refund_no": "0192f0c1a2b37c4d8e5f60718293a4b6",
    "refund_id": "50000000382019052709732678859",
    "status": "PROCESSING",
    "amount": {"total": 1230, "refund": 30, "currency": "CNY"},
}


def platform_signed(
    body: bytes, at: datetime = NOON, serial: str = "PUB_KEY_ID_01", key: rsa.RSAPrivateKey | None = None
) -> dict[str, str]:
    """The headers under which the platform sends a body."""
    if key is None:
        loaded = serialization.load_pem_private_key((KNOWN / "platform.pem").read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        key = loaded
    timestamp, nonce = str(int(at.timestamp())), "c5ac7061fccab6bf3e254dcf98995b8c"
    message = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n"
    signature = base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signature,
        "Wechatpay-Serial": serial,
    }


def sealed(
    plain: bytes, key: bytes = API_V3_KEY, nonce: bytes = b"0123456789ab", aad: bytes = b"transaction"
) -> str:
    """AES-256-GCM as NIST SP 800-38D writes it down: counter mode, then GHASH under the encrypted zero block."""

    def block(data: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)

    def times(x: int, y: int) -> int:
        product = 0
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                product ^= y
            y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
        return product

    def padded(data: bytes) -> bytes:
        return data + bytes(-len(data) % 16)

    counted = [
        bytes(
            a ^ b
            for a, b in zip(
                plain[at : at + 16], block(nonce + (at // 16 + 2).to_bytes(4, "big")), strict=False
            )
        )
        for at in range(0, len(plain), 16)
    ]
    text = b"".join(counted)
    lengths = (len(aad) * 8).to_bytes(8, "big") + (len(text) * 8).to_bytes(8, "big")
    data = padded(aad) + padded(text) + lengths
    h, tag = int.from_bytes(block(bytes(16)), "big"), 0
    for at in range(0, len(data), 16):
        tag = times(tag ^ int.from_bytes(data[at : at + 16], "big"), h)
    tag ^= int.from_bytes(block(nonce + b"\0\0\0\1"), "big")
    return base64.b64encode(text + tag.to_bytes(16, "big")).decode()


def notification(news: dict, event: str = "TRANSACTION.SUCCESS", **more) -> bytes:
    """The body of a notification of sealed news."""
    aad = event.split(".")[0].lower()
    envelope = {
        "id": "EV-2026030112000000001",
        "create_time": "2026-03-01T11:58:02+08:00",
        "event_type": event,
        "resource_type": "encrypt-resource",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": sealed(json.dumps(news).encode(), aad=aad.encode()),
            "associated_data": aad,
            "nonce": "0123456789ab",
            "original_type": aad,
        },
    }
    return json.dumps({**envelope, **more}).encode()


class Wire:
    """The network: keeps the request and answers with what was set."""

    def __init__(self) -> None:
        self.answer = httpx.Response(204)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer

    def answers(self, status: int, body: bytes = b"", *, at: datetime = NOON, **headers: str) -> None:
        self.answer = httpx.Response(status, content=body, headers={**platform_signed(body, at), **headers})


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def pay(wechat_account, wire) -> WeChatPay:
    client = httpx.AsyncClient(transport=httpx.MockTransport(wire))
    return WeChatPay(wechat_account, client, lambda: NOON, lambda: NONCE)


async def test_a_request_is_signed_as_openssl_signs_it(pay, wire):
    wire.answer = httpx.Response(
        204,
        headers={
            "Wechatpay-Timestamp": "1772337600",
            "Wechatpay-Nonce": "c5ac7061fccab6bf3e254dcf98995b8c",
            "Wechatpay-Signature": SIGNED_NO_CONTENT,
            "Wechatpay-Serial": "PUB_KEY_ID_01",
        },
    )
    await pay.close(PAYMENT)
    (request,) = wire.requests
    assert request.method == "POST"
    assert request.content == b'{"mchid":"1900000001"}'
    assert request.headers["Authorization"] == (
        f'WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="{NONCE}",signature="{SIGNED_CLOSE}",'
        'timestamp="1772337600",serial_no="5A9C"'
    )


async def test_a_query_is_signed_with_its_parameters(pay, wire):
    wire.answers(200, json.dumps(TRADE).encode())
    news = await pay.query(PAYMENT)
    assert f'signature="{SIGNED_QUERY}"' in wire.requests[0].headers["Authorization"]
    assert (news.outcome, news.amount_fen) == (Outcome.SUCCEEDED, 1230)


def test_a_notification_of_a_payment_is_read(pay):
    body = notification(TRADE)
    assert pay.read_notice(platform_signed(body), body, NOON) == PaymentNotice(
        payment_id=PAYMENT,
        provider_reference="4200002026030112345",
        amount_fen=1230,
        outcome=Outcome.SUCCEEDED,
        occurred_at=datetime(2026, 3, 1, 3, 58, tzinfo=UTC),
        notice_id="EV-2026030112000000001",
    )


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("SUCCESS", Outcome.REFUNDED), ("ABNORMAL", Outcome.REFUND_FAILED), ("CLOSED", Outcome.REFUND_FAILED)],
)
def test_a_notification_of_a_refund_is_read(pay, state, outcome):
    refund = {**REFUND_NEWS, "refund_status": state}
    body = notification(refund, f"REFUND.{state}")
    news = pay.read_notice(platform_signed(body), body, NOON)
    assert (news.outcome, news.amount_fen, news.refund_fen) == (outcome, 1230, 30)
    assert news.refund_id == REFUND


def test_header_names_may_be_in_any_case(pay):
    body = notification(TRADE)
    headers = {name.lower(): value for name, value in platform_signed(body).items()}
    assert pay.read_notice(headers, body, NOON).payment_id == PAYMENT


@pytest.mark.parametrize(
    "header", ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"]
)
@pytest.mark.parametrize("change", ["", "x", "1772337601", "é\n"])
def test_a_changed_or_missing_header_is_refused(pay, header, change):
    body = notification(TRADE)
    headers = {**platform_signed(body), header: change}
    with pytest.raises(BadSignature):
        pay.read_notice(headers, body, NOON)
    del headers[header]
    with pytest.raises(BadSignature):
        pay.read_notice(headers, body, NOON)


def test_no_changed_byte_of_the_body_passes(pay):
    body = notification(TRADE)
    headers = platform_signed(body)
    for at in range(0, len(body), 7):
        changed = bytearray(body)
        changed[at] ^= 1
        with pytest.raises(BadSignature):
            pay.read_notice(headers, bytes(changed), NOON)


def test_a_signature_of_another_key_under_the_trusted_serial_is_refused(pay):
    body = notification(TRADE)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(BadSignature):
        pay.read_notice(platform_signed(body, key=stranger), body, NOON)
    with pytest.raises(UnknownPlatformKey):
        pay.read_notice(platform_signed(body, serial="PUB_KEY_ID_02"), body, NOON)


def test_the_platform_s_probe_of_our_check_is_refused(pay):
    body = notification(TRADE)
    headers = platform_signed(body)
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    with pytest.raises(BadSignature) as refused:
        pay.read_notice(headers, body, NOON)
    assert pay.refused(refused.value).status == 401


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_of_age_are_taken(pay, seconds):
    body = notification(TRADE)
    headers = platform_signed(body, NOON - timedelta(seconds=seconds))
    assert pay.read_notice(headers, body, NOON).payment_id == PAYMENT


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_more_is_stale(pay, seconds):
    body = notification(TRADE)
    with pytest.raises(StaleNotice):
        pay.read_notice(platform_signed(body, NOON - timedelta(seconds=seconds)), body, NOON)


@pytest.mark.parametrize(
    "change", [{"mchid": "1900000002"}, {"appid": "wx0000000000000002"}], ids=["mchid", "appid"]
)
def test_news_for_another_merchant_is_refused(pay, change):
    body = notification({**TRADE, **change})
    with pytest.raises(UnknownMerchant):
        pay.read_notice(platform_signed(body), body, NOON)


def test_news_of_another_merchant_s_refund_is_refused(pay):
    body = notification({**REFUND_NEWS, "mchid": "1900000002"}, "REFUND.SUCCESS")
    with pytest.raises(UnknownMerchant):
        pay.read_notice(platform_signed(body), body, NOON)


def test_a_refund_made_by_hand_at_the_provider_has_no_identifier_of_ours(pay):
    body = notification({**REFUND_NEWS, "out_refund_no": "HAND-1"}, "REFUND.SUCCESS")
    news = pay.read_notice(platform_signed(body), body, NOON)
    assert (news.payment_id, news.refund_id) == (PAYMENT, None)


def test_a_payment_of_another_program_is_not_ours(pay):
    body = notification({**TRADE, "out_trade_no": "SHOP-20260301-7"})
    with pytest.raises(UnknownPayment):
        pay.read_notice(platform_signed(body), body, NOON)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"total": 1230, "currency": "USD"}},
        {"amount": {"total": 12.3, "currency": "CNY"}},
        {"amount": {"total": -1, "currency": "CNY"}},
        {"amount": {"total": 0, "currency": "CNY"}},
        {"amount": None},
        {"appid": None},
        {"transaction_id": None},
        {"success_time": "2026-03-01T11:58:00"},
        {"trade_state": "MAYBE"},
    ],
    ids=str,
)
def test_news_that_cannot_be_is_refused(pay, change):
    body = notification({**TRADE, **change})
    with pytest.raises(MalformedNotice):
        pay.read_notice(platform_signed(body), body, NOON)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        notification(TRADE, resource={"algorithm": "AEAD_AES_256_GCM"}),
        notification(TRADE, resource={"algorithm": "none", "ciphertext": "", "nonce": "0123456789ab"}),
        notification(
            TRADE,
            resource={
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": sealed(json.dumps(TRADE).encode(), key=b"f" * 32),
                "associated_data": "transaction",
                "nonce": "0123456789ab",
            },
        ),
        notification(
            TRADE,
            resource={
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": sealed(json.dumps(TRADE).encode()),
                "associated_data": "refund",
                "nonce": "0123456789ab",
            },
        ),
    ],
    ids=["empty", "null", "no fields", "no text", "not sealed", "another key", "another purpose"],
)
def test_a_signed_body_that_cannot_be_opened_is_refused(pay, body):
    with pytest.raises(MalformedNotice):
        pay.read_notice(platform_signed(body), body, NOON)


async def test_an_answer_without_a_signature_does_not_count(pay, wire):
    wire.answer = httpx.Response(200, content=json.dumps(TRADE).encode())
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


async def test_an_answer_with_another_body_does_not_count(pay, wire):
    forged = json.dumps({**TRADE, "amount": {"total": 1}}).encode()
    wire.answer = httpx.Response(200, content=forged, headers=platform_signed(json.dumps(TRADE).encode()))
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


async def test_an_old_answer_does_not_count(pay, wire):
    wire.answers(200, json.dumps(TRADE).encode(), at=NOON - timedelta(seconds=301))
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


@pytest.mark.parametrize(
    "change", [{"out_trade_no": "f" * 32}, {"mchid": "1900000002"}, {"trade_state": "MAYBE"}], ids=str
)
async def test_an_answer_about_something_else_does_not_count(pay, wire, change):
    wire.answers(200, json.dumps({**TRADE, **change}).encode())
    with pytest.raises(UntrustedAnswer):
        await pay.query(PAYMENT)


@pytest.mark.parametrize(
    "change", [{"out_trade_no": "f" * 32}, {"out_refund_no": "f" * 32}, {"status": "MAYBE"}], ids=str
)
async def test_an_answer_about_another_refund_does_not_count(pay, wire, change):
    wire.answers(200, json.dumps({**REFUND_ANSWER, **change}).encode())
    with pytest.raises(UntrustedAnswer):
        await pay.query_refund(payment_id=PAYMENT, refund_id=REFUND)


async def test_an_order_says_who_sells_what_until_when(pay, wire):
    wire.answers(200, b'{"code_url":"weixin://wxpay/bizpayurl?pr=1"}')
    expires_at = NOON + timedelta(minutes=15)
    link = await pay.create(PaymentOrder(PAYMENT, 1230, "茶" * 200, expires_at, "https://mall.example/n"))
    assert link == PayLink(PAYMENT, "weixin://wxpay/bizpayurl?pr=1", expires_at)
    assert json.loads(wire.requests[0].content) == {
        "appid": "wx0000000000000001",
        "mchid": "1900000001",
        "description": "茶" * 127,
        "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
        "time_expire": "2026-03-01T12:15:00+08:00",
        "notify_url": "https://mall.example/n",
        "amount": {"total": 1230, "currency": "CNY"},
    }


async def test_a_refund_names_itself_so_that_it_happens_once(pay, wire):
    wire.answers(200, json.dumps(REFUND_ANSWER).encode())
    status = await pay.refund(RefundOrder(REFUND, PAYMENT, 30, 1230, "兑换已取消", "https://mall.example/n"))
    assert (status.outcome, status.amount_fen) == (RefundOutcome.PENDING, 30)
    assert json.loads(wire.requests[0].content) == {
        "out_trade_no": "0192f0c1a2b37c4d8e5f60718293a4b5",
        "out_refund_no": "0192f0c1a2b37c4d8e5f60718293a4b6",
        "reason": "兑换已取消",
        "notify_url": "https://mall.example/n",
        "amount": {"refund": 30, "total": 1230, "currency": "CNY"},
    }


@pytest.mark.parametrize(("amount", "total"), [(0, 1230), (-1, 1230), (1231, 1230)])
def test_more_than_was_paid_or_nothing_cannot_be_refunded(amount, total):
    with pytest.raises(ValueError, match="cannot be refunded"):
        RefundOrder(REFUND, PAYMENT, amount, total, "", "https://mall.example/n")


def test_a_payment_of_nothing_cannot_be_asked_for():
    with pytest.raises(ValueError, match="cannot be asked for"):
        PaymentOrder(PAYMENT, 0, "茶", NOON, "https://mall.example/n")


async def test_only_a_signed_reason_is_acted_on(pay, wire):
    reason = b'{"code":"ORDERPAID","message":"paid"}'
    wire.answers(400, reason)
    with pytest.raises(AlreadyPaid):
        await pay.close(PAYMENT)
    wire.answer = httpx.Response(400, content=reason)
    with pytest.raises(ProviderRefused, match="ORDERPAID"):
        await pay.close(PAYMENT)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_provider_is_unavailable(pay, wire, status):
    wire.answers(status, b'{"code":"SYSTEM_ERROR"}')
    with pytest.raises(ProviderUnavailable):
        await pay.query(PAYMENT)


async def test_a_silent_provider_is_unavailable(wechat_account):
    def silence(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing")

    client = httpx.AsyncClient(transport=httpx.MockTransport(silence))
    with pytest.raises(ProviderUnavailable, match="ReadTimeout"):
        await WeChatPay(wechat_account, client, lambda: NOON, lambda: NONCE).query(PAYMENT)


async def test_an_answer_that_is_no_json_is_still_a_refusal(pay, wire):
    wire.answer = httpx.Response(404, content=b"<html>")
    with pytest.raises(ProviderRefused, match="HTTP_404"):
        await pay.query(PAYMENT)


def test_a_worked_off_notification_is_answered_without_content(pay):
    answer = pay.accepted()
    assert (answer.status, answer.body) == (204, b"")
