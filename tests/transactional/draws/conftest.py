"""The service with a vault, draws in it, and a stand-in for the engine that sells their tickets."""

import base64
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from tests.transactional.conftest import NOON
from transactional.app import create_app
from transactional.database import committer_pool
from transactional.draws.domain import Draw
from transactional.identifiers import uuid7
from transactional.settings import TransactionalSettings

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(database_url) -> TransactionalSettings:
    return TransactionalSettings(
        database_url=database_url,
        session_secret="s" * 32,
        vault_key=base64.b64encode(bytes(range(32))).decode(),
    )


@pytest.fixture
async def app(settings, shop, clock):
    app = create_app(settings, clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def committer(database_url):
    """A connection with the rights of the batch committer and of the worker."""
    async with committer_pool(database_url) as pool, pool.acquire() as connection:
        yield connection


def terms(shop, **changed) -> dict:
    """What opens a draw of two pieces of tea and one card among ten tickets."""
    return {
        "reference": "spring",
        "name": "春季抽奖",
        "ticket_points": 20,
        "starts_at": NOON.isoformat(),
        "ends_at": (NOON + HOUR).isoformat(),
        "max_tickets": 10,
        "member_limit": 10,
        "prizes": [
            {"item_id": str(shop.card), "quantity": 1, "value_fen": 10_000},
            {"item_id": str(shop.tea), "quantity": 2, "value_fen": 1_500},
        ],
        **changed,
    }


async def opened(client, shop, **changed) -> dict:
    answer = await client.post("/v1/draws", json=terms(shop, **changed))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def live(connection: asyncpg.Connection, draw_id: UUID) -> Draw:
    row = await connection.fetchrow("select * from mall.draw where draw_id = $1 for update", draw_id)
    names = (
        "draw_id", "ticket_points", "starts_at", "ends_at", "max_tickets", "member_limit", "pseudonym_salt",
        "ticket_count", "log_head",
    )  # fmt: skip
    return Draw(**{name: row[name] for name in names})


async def sell(connection: asyncpg.Connection, tenant_id: UUID, draw_id: UUID | str, *members: UUID) -> list:
    """Sell one ticket to each of the members, as the engine does, and return the tickets."""
    tickets = []
    async with connection.transaction():
        draw = await live(connection, UUID(str(draw_id)))
        for member in members:
            moment = draw.starts_at + timedelta(seconds=draw.ticket_count)
            held = await connection.fetchval(
                "select count(*) from mall.draw_ticket where draw_id = $1 and member_id = $2",
                draw.draw_id,
                member,
            )
            ticket = draw.sell(redemption_id=uuid7(moment), member_id=member, held=held, moment=moment)
            await connection.execute(
                "insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at, mode) "
                "values ($1, $2, $3, 'completed', $4, $5, 'draw')",
                tenant_id, ticket.redemption_id, member, draw.ticket_points, moment,
            )  # fmt: skip
            await connection.execute(
                "insert into mall.draw_ticket "
                "(tenant_id, draw_id, ticket_no, redemption_id, member_id, pseudonym, sold_at) "
                "values ($1, $2, $3, $4, $5, $6, $7)",
                tenant_id, draw.draw_id, ticket.ticket_no, ticket.redemption_id, member, ticket.pseudonym, moment,
            )  # fmt: skip
            tickets.append(ticket)
        await connection.execute(
            "update mall.draw set ticket_count = $2, log_head = $3 where draw_id = $1",
            draw.draw_id, draw.ticket_count, draw.log_head,
        )  # fmt: skip
    return tickets


async def shelf(owner, item_id) -> tuple[int, int]:
    """What is on hand of an item and what is set aside."""
    return tuple(await owner.fetchrow("select on_hand, allotted from mall.stock where item_id = $1", item_id))


async def as_api(database_url: str, tenant_id: UUID, statement: str) -> None:
    """Execute a statement with the rights of the service that answers the public."""
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        async with connection.transaction():
            await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
            await connection.execute(statement)
    finally:
        await connection.close()
