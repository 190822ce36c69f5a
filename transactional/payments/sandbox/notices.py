"""The notifications both providers send, signed as they sign them, and the faults a tester may ask for."""

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from transactional.clock import BUSINESS_ZONE
from transactional.payments.alipay_calls import TIME_FORMAT
from transactional.payments.alipay_signing import signed_text
from transactional.payments.keys import MIN_KEY_BITS, sign
from transactional.payments.sandbox.book import Order, Refund
from transactional.payments.sandbox.key_files import SandboxKeys
from transactional.payments.wechat_signing import SEALING, answer_message, seal
from transactional.payments.yuan import to_yuan


class Fault(StrEnum):
    """What is wrong with a notification on purpose."""

    NONE = "none"
    SIGNATURE = "signature"  # one bit of it is flipped
    BODY = "body"  # changed after it was signed
    MERCHANT = "merchant"  # well signed, but for another merchant
    FOREIGN_KEY = "foreign_key"  # well signed, but with a key the merchant does not trust


@dataclass(frozen=True)
class Notification:
    """A signed notification, ready to send as often as wished."""

    url: str
    content_type: str
    headers: dict[str, str]
    body: bytes


def notification(
    keys: SandboxKeys, order: Order, refund: Refund | None, now: datetime, fault: Fault
) -> Notification:
    """Return the news of an order, or of a refund of it, as signed at `now` with a fault."""
    made = (_wechat if order.provider == "wechat" else _alipay)(keys, order, refund, now, fault)
    return replace(made, url=(refund and refund.notify_url) or made.url)


def wechat_trade(order: Order, now: datetime) -> dict[str, Any]:
    """Return an order in WeChat Pay's words, as an answer and a notification have it."""
    trade: dict[str, Any] = {
        "appid": order.merchant.appid,
        "mchid": order.merchant.mchid,
        "out_trade_no": order.number,
        "attach": "",
        "payer": {},
    }
    if order.state == "paid":
        assert order.paid_at is not None
        trade |= {
            "transaction_id": order.reference,
            "trade_type": "NATIVE",
            "trade_state": "REFUND" if order.refunded_fen else "SUCCESS",
            "trade_state_desc": "支付成功",
            "bank_type": "OTHERS",
            "success_time": rfc3339(order.paid_at),
            "payer": {"openid": "o-sandbox-member"},
            "amount": {"total": order.paid_fen, "payer_total": order.paid_fen,
                       "currency": "CNY", "payer_currency": "CNY"},
        }  # fmt: skip
    else:
        closed = order.is_closed(now)
        trade |= {
            "trade_state": "CLOSED" if closed else "NOTPAY",
            "trade_state_desc": "已关闭" if closed else "未支付",
        }
    return trade


def rfc3339(moment: datetime) -> str:
    """Return a moment as WeChat Pay writes it, in Beijing's time."""
    return moment.astimezone(BUSINESS_ZONE).isoformat(timespec="seconds")


def beijing(moment: datetime) -> str:
    """Return a moment as Alipay writes it, without a zone."""
    return moment.astimezone(BUSINESS_ZONE).strftime(TIME_FORMAT)


def _wechat(
    keys: SandboxKeys, order: Order, refund: Refund | None, now: datetime, fault: Fault
) -> Notification:
    if refund is None:
        event, kind, resource = "TRANSACTION.SUCCESS", "transaction", wechat_trade(order, now)
    else:
        state = {"succeeded": "SUCCESS", "failed": "ABNORMAL", "pending": "PROCESSING"}[refund.state]
        event, kind = f"REFUND.{state}", "refund"
        resource = {
            "mchid": order.merchant.mchid,
            "out_trade_no": order.number,
            "transaction_id": order.reference,
            "out_refund_no": refund.number,
            "refund_id": refund.reference,
            "refund_status": state,
            "user_received_account": "支付用户零钱",
            "amount": {"total": order.paid_fen, "refund": refund.amount_fen,
                       "payer_total": order.paid_fen, "payer_refund": refund.amount_fen},
        }  # fmt: skip
        if refund.state == "succeeded" and refund.settled_at:
            resource["success_time"] = rfc3339(refund.settled_at)
    if fault is Fault.MERCHANT:
        resource["mchid"] = "1600000000"
    seal_nonce = secrets.token_hex(6)
    envelope = {
        "id": secrets.token_hex(16),
        "create_time": rfc3339(now),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": "支付成功" if refund is None else "退款结果",
        "resource": {
            "original_type": kind,
            "algorithm": SEALING,
            "ciphertext": seal(
                order.merchant.api_v3_key,
                nonce=seal_nonce,
                associated_data=kind,
                plain=msgspec.json.encode(resource),
            ),
            "associated_data": kind,
            "nonce": seal_nonce,
        },
    }
    body = msgspec.json.encode(envelope)
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    key = _stranger() if fault is Fault.FOREIGN_KEY else keys.wechat_key
    headers = {
        "Wechatpay-Serial": keys.wechat_serial,
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": _spoilt(sign(key, answer_message(timestamp, nonce, body)), fault),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }
    if fault is Fault.BODY:
        body = body.replace(b'"event_type"', b'"event_typo"')
    return Notification(order.notify_url, "application/json", headers, body)


def _alipay(
    keys: SandboxKeys, order: Order, refund: Refund | None, now: datetime, fault: Fault
) -> Notification:
    gone = order.refunded_fen >= order.paid_fen > 0
    fields = {
        "app_id": order.merchant.app_id if fault is not Fault.MERCHANT else "2021000000000000",
        "seller_id": order.merchant.seller_id,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "notify_type": "trade_status_sync",
        "notify_id": secrets.token_hex(16),
        "notify_time": beijing(now),
        "out_trade_no": order.number,
        "trade_no": order.reference,
        "subject": order.description,
        "trade_status": "TRADE_CLOSED" if gone or order.state == "closed" else "TRADE_SUCCESS",
        "total_amount": to_yuan(order.paid_fen or order.amount_fen),
        "buyer_id": "2088000000000000",
    }
    if order.paid_at:
        fields["gmt_payment"] = beijing(order.paid_at)
        fields["refund_fee"] = to_yuan(order.refunded_fen)
    if refund is not None:
        fields |= {"out_biz_no": refund.number, "gmt_refund": f"{beijing(refund.settled_at or now)}.000"}
    if gone or order.closed_at:
        fields["gmt_close"] = beijing(order.closed_at or now)
    key = _stranger() if fault is Fault.FOREIGN_KEY else keys.alipay_key
    signature = sign(key, signed_text(fields, without=frozenset({"sign", "sign_type"})))
    if fault is Fault.BODY:
        fields["total_amount"] = "0.01"
    body = urlencode({**fields, "sign": _spoilt(signature, fault)}).encode()
    return Notification(order.notify_url, "application/x-www-form-urlencoded; charset=utf-8", {}, body)


def _spoilt(signature: str, fault: Fault) -> str:
    if fault is not Fault.SIGNATURE:
        return signature
    raw = bytearray(base64.b64decode(signature))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


def _stranger() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=MIN_KEY_BITS)


def aged(now: datetime, seconds: int) -> datetime:
    """Return the moment a notification `seconds` old was signed; negative seconds lie ahead."""
    return now - timedelta(seconds=seconds)
