"""Alipay's own words for payments and refunds, and their translation into ours."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from transactional.clock import BUSINESS_ZONE
from transactional.payments import order_numbers
from transactional.payments.alipay_signing import signed_text
from transactional.payments.domain import Outcome, PaymentNotice
from transactional.payments.keys import is_signed
from transactional.payments.refusals import (
    BadSignature,
    MalformedNotice,
    StaleNotice,
    UnknownMerchant,
    UnknownPayment,
)
from transactional.payments.yuan import to_fen

# Alipay repeats an unanswered notification for 25 hours; no word says whether `notify_time` moves along.
MAX_AGE = timedelta(hours=26)
MAX_AHEAD = timedelta(minutes=5)
MAX_FIELDS = 200

TRADE_STATES: Mapping[str, Outcome] = {
    "WAIT_BUYER_PAY": Outcome.PENDING,
    "TRADE_SUCCESS": Outcome.SUCCEEDED,
    "TRADE_FINISHED": Outcome.SUCCEEDED,
    "TRADE_CLOSED": Outcome.CLOSED,
}
_TIME_OF: Mapping[Outcome, str] = {
    Outcome.PENDING: "notify_time",
    Outcome.SUCCEEDED: "gmt_payment",
    Outcome.CLOSED: "gmt_close",
    Outcome.REFUNDED: "gmt_refund",
}


def verified_fields(key: RSAPublicKey, body: bytes) -> dict[str, str]:
    """Return the fields of a notification that Alipay signed.

    Raises:
        MalformedNotice: it is no form in UTF-8, or names a field twice.
        BadSignature: Alipay did not sign these fields.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise MalformedNotice(f"the notification is no form: {error}") from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise MalformedNotice("the notification names a field twice")
    if fields.get("sign_type") != "RSA2":
        raise BadSignature("only notifications signed with RSA2 are taken")
    text = signed_text(fields, without=frozenset({"sign", "sign_type"}))
    if not is_signed(key, text, fields.get("sign", "")):
        raise BadSignature("the signature is not Alipay's for these fields")
    return fields


def payment_notice(fields: Mapping[str, str], *, app_id: str, seller_id: str, now: datetime) -> PaymentNotice:
    """Return the news in the verified fields of a notification.

    Raises:
        StaleNotice: it was sent more than 26 hours ago or more than five minutes ahead of `now`.
        UnknownMerchant: it is for another application or seller.
        UnknownPayment: its order number is not one of ours.
        MalformedNotice: a field is missing or cannot be.
    """
    try:
        if (fields["app_id"], fields["seller_id"]) != (app_id, seller_id):
            raise UnknownMerchant("the notification is for another application or seller")
        sent_at = moment(fields["notify_time"])
        if not now - MAX_AGE <= sent_at <= now + MAX_AHEAD:
            raise StaleNotice(f"sent at {sent_at:%Y-%m-%d %H:%M:%S} UTC; check this server's clock")
        outcome = TRADE_STATES[fields["trade_status"]]
        # A plain payment may say `refund_fee=0.00`.
        if to_fen(fields.get("refund_fee") or "0") > 0:
            outcome = Outcome.REFUNDED
        return PaymentNotice(
            payment_id=payment_id(fields["out_trade_no"]),
            provider_reference=fields["trade_no"],
            amount_fen=to_fen(fields["total_amount"]),
            outcome=outcome,
            occurred_at=moment(fields.get(_TIME_OF[outcome]) or fields["notify_time"]),
            notice_id=fields["notify_id"],
            refund_id=order_numbers.identifier(fields.get("out_biz_no", ""))
            if outcome is Outcome.REFUNDED
            else None,
        )
    except KeyError as error:
        raise MalformedNotice(
            f"the notification lacks {error}, or its value is not a documented one"
        ) from error
    except ValueError as error:
        raise MalformedNotice(f"the notification cannot be read: {error}") from error


def payment_id(number: str) -> UUID:
    """Return the payment an order number stands for.

    Raises:
        UnknownPayment: it is not one of ours.
    """
    found = order_numbers.identifier(number)
    if found is None:
        raise UnknownPayment(f"the number {number[:64]} is not one of Pointmart's")
    return found


def moment(text: str) -> datetime:
    """Return one of Alipay's times, which are Beijing's with or without milliseconds, in UTC.

    Raises:
        ValueError: it is not of that form.
    """
    if len(text) < 19 or text[10] != " ":
        raise ValueError(f"{text[:40]!r} is no time")
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError(f"{text[:40]!r} names a time zone")
    return found.replace(tzinfo=BUSINESS_ZONE).astimezone(UTC)
