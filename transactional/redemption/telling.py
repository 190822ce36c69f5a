"""How a change of a redemption is told: to the client at once, to others through the outbox."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.engine.book import Book, Message
from transactional.engine.reply import Reply
from transactional.ledger.account import Account
from transactional.redemption.domain import Line, Redemption
from transactional.redemption.fulfilment import IssuedCode
from transactional.redemption.payment import Payment

# The member of an answer that holds issued codes, still encrypted; the routes open them for the client.
SEALED_CODES = "sealed_codes"


def announce(
    book: Book,
    tenant_id: UUID,
    redemption: Redemption,
    account: Account,
    at: datetime,
    *,
    status: int = 200,
    codes: Sequence[IssuedCode] = (),
    **more: Any,
) -> Reply:
    """Note that others are to be told where a redemption stands now, and return the reply to the client.

    Codes are in the reply alone, still encrypted.
    """
    body = told(redemption, account, at, book.payments.get((tenant_id, redemption.redemption_id))) | more
    book.messages.append(
        Message(tenant_id, f"redemption.{redemption.status}", redemption.redemption_id, body, at)
    )
    if codes:
        sealed = [{"item_id": item_id, "sealed": b64encode(c.sealed).decode()} for item_id, c in codes]
        body = {**body, SEALED_CODES: sealed}
    return Reply(status, body)


def told(redemption: Redemption, account: Account, at: datetime, payment: Payment | None) -> dict[str, Any]:
    """Return what is told of a redemption; it has no secrets."""
    body: dict[str, Any] = {
        "redemption_id": redemption.redemption_id,
        "member_id": redemption.member_id,
        "mode": redemption.mode,
        "status": redemption.status,
        "points": redemption.points,
        "available_points": account.available(account.moment(at)),
        "effective_at": redemption.effective_at,
        "lines": [_line(line) for line in redemption.lines],
    }
    if redemption.deadline is not None:
        body["deadline"] = redemption.deadline
    if redemption.refunded_points or redemption.refunded_cash_fen:
        body["refunded_points"] = redemption.refunded_points
        body["refunded_cash_fen"] = redemption.refunded_cash_fen
    if redemption.cancel_reason is not None:
        body["reason"] = redemption.cancel_reason
    if redemption.mode == "exchange":
        body["fee_points"] = redemption.fee_points
    if redemption.bill_fen is not None:
        body["bill_reference"] = redemption.bill_reference
        body["bill_fen"] = redemption.bill_fen
    if payment is not None:
        body["cash_fen"] = redemption.cash_fen
        body["payment"] = {
            "payment_id": payment.payment_id,
            "provider": payment.provider,
            "amount_fen": payment.amount_fen,
            "status": payment.status,
        }
    return body


def _line(line: Line) -> dict[str, Any]:
    told = {
        "item_id": line.item_id,
        "quantity": line.quantity,
        "unit_points": line.unit_points,
        "points": line.points,
    }
    if line.campaign_id is not None:
        told |= {"list_points": line.list_points, "campaign_id": line.campaign_id}
    return told
