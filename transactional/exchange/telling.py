"""How an exchange is told: to each tenant its own side, never the other tenant's member."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.engine.book import Book, Message
from transactional.exchange.state import Exchange
from transactional.ledger.telling import told_of


def told_of_exchange(book: Book, tenant_id: UUID, exchange: Exchange, at: datetime) -> dict[str, Any]:
    """Return what one of the two tenants is told of an exchange."""
    link, agreement = exchange.link, exchange.agreement
    direction = book.exchange.direction_of(tenant_id, exchange)
    member_id = link.from_member if direction == "out" else link.to_member
    account = book.accounts[tenant_id, member_id]
    body: dict[str, Any] = {
        "exchange_id": exchange.exchange_id,
        "direction": direction,
        "partner": agreement.to_code if direction == "out" else agreement.from_code,
        "member_id": member_id,
        "link_id": link.link_id,
        "status": exchange.told_status,
        "points": exchange.points,
        "fee_points": exchange.fee_points,
        "to_points": exchange.to_points,
        "reversed_points": exchange.reversed_points,
        "reversed_fee_points": exchange.reversed_fee_points,
        "reversed_to_points": exchange.reversed_to_points,
        "asked_at": exchange.asked_at,
        "settled_at": exchange.settled_at,
        "available_points": account.available(account.moment(at)),
    }
    return body


def tell_giver(
    book: Book, exchange: Exchange, transfer_id: UUID, points: int, fee_points: int, at: datetime
) -> None:
    """Note that the giving tenant is to be told of its leg."""
    link = exchange.link
    account = book.accounts[link.from_tenant, link.from_member]
    body = told_of(account, at, link.from_member, transfer_id, "exchange_out", points)
    body |= {
        "exchange_id": exchange.exchange_id,
        "partner": exchange.agreement.to_code,
        "fee_points": fee_points,
        "effective_at": account.moment(at),
    }
    book.messages.append(Message(link.from_tenant, "points.exchange_out", transfer_id, body, at))


def tell_receiver(book: Book, exchange: Exchange, transfer_id: UUID, points: int, at: datetime) -> None:
    """Note that the receiving tenant is to be told of its leg."""
    link = exchange.link
    account = book.accounts[link.to_tenant, link.to_member]
    body = told_of(account, at, link.to_member, transfer_id, "exchange_in", points)
    body |= {
        "exchange_id": exchange.exchange_id,
        "partner": exchange.agreement.from_code,
        "effective_at": account.moment(at),
    }
    book.messages.append(Message(link.to_tenant, "points.exchange_in", transfer_id, body, at))
