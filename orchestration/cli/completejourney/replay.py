"""Sends the mall's year through the engine that answers the API, in process and in batches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice
from uuid import UUID

import asyncpg
import msgspec
import pandas as pd

from orchestration.cli.completejourney.names import category_names, item_names
from orchestration.cli.completejourney.source import (
    OPENING,
    Mall,
    day_bounds,
    each_basket,
    month_start,
)
from orchestration.refusal import Refusal
from transactional.catalogue.categories import name_categories
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.database import committer_pool
from transactional.engine.committer import commit_batch
from transactional.identifiers import uuid7
from transactional.ledger.commands import Earn
from transactional.members.operations import register_members
from transactional.members.queries import member_ids
from transactional.redemption.commands import Redeem
from transactional.redemption.queries import decided_keys, newest_redemptions
from transactional.tenants.operations import NewTenant, create_tenant, find_tenant

CODE = "completejourney"
_BATCH = 500

Progress = Callable[[int, int], None]


class ReplayRefused(Refusal):
    """The engine refused something that the data set's own rules make possible."""


@dataclass(frozen=True)
class ReplayWindow:
    """Which part of the year to replay: the first so many households, and days from `first` to `last`."""

    households: int | None
    first: date
    last: date


@dataclass(frozen=True)
class ReplaySummary:
    """What a replay did."""

    tenant_id: UUID
    members: int
    grants: int
    redemptions: int
    lines: int
    known_before: int


async def replay(url: str, mall: Mall, window: ReplayWindow, progress: Progress) -> ReplaySummary:
    """Replay a window of the year; what was replayed before is left as it is.

    Args:
        progress: called with (commands done, commands in all).

    Raises:
        ReplayRefused: the engine refused a grant or a basket.
    """
    owner = await asyncpg.connect(url)
    try:
        tenant_id = await find_tenant(owner, CODE)
        if tenant_id is None:
            tenant_id = await create_tenant(
                owner, NewTenant(code=CODE, name="福利商城（示例）", industry="employee_benefit")
            )
        item_ids = await _stock_the_shop(owner, tenant_id, mall)
        grants = mall.grants.head(window.households) if window.households else mall.grants
        member_ids = await _register(owner, tenant_id, grants["household_id"].tolist())
        known = await decided_keys(owner, tenant_id=tenant_id)
        newest = await newest_redemptions(owner, tenant_id=tenant_id)
    finally:
        await owner.close()
    lines = _lines_in(mall.lines, set(member_ids), window)
    planned = list(_in_time_order(tenant_id, grants, lines, member_ids, item_ids, window))
    fresh = [command for command in planned if command.key not in known]
    _check_forward(fresh, newest)
    async with committer_pool(url) as pool, pool.acquire() as connection:
        done = 0
        remaining = iter(fresh)
        while batch := list(islice(remaining, _BATCH)):
            for command, answer in zip(batch, await commit_batch(connection, batch), strict=True):
                if answer.status != 201:
                    raise ReplayRefused(f"{command.key} was refused: {answer.body.decode()}")
            done += len(batch)
            progress(done, len(fresh))
    redemptions = [command for command in fresh if isinstance(command, Redeem)]
    return ReplaySummary(
        tenant_id=tenant_id,
        members=len(member_ids),
        grants=len(fresh) - len(redemptions),
        redemptions=len(redemptions),
        lines=sum(len(command.asked) for command in redemptions),
        known_before=len(planned) - len(fresh),
    )


async def _stock_the_shop(connection: asyncpg.Connection, tenant_id: UUID, mall: Mall) -> dict[str, UUID]:
    await name_categories(connection, category_names())
    items = mall.items
    ids = await add_items(
        connection,
        [
            NewItem(f"{CODE}:{code}", name, category, kind, "staple")
            for code, name, category, kind in zip(
                items["code"], item_names(items), items["category"], items["kind"], strict=True
            )
        ],
    )
    by_code = {code: ids[f"{CODE}:{code}"] for code in items["code"]}
    await add_offers(
        connection,
        tenant_id=tenant_id,
        offers=[
            NewOffer(by_code[code], int(price), "pickup", OPENING, OPENING)
            for code, price in zip(items["code"], items["price_points"], strict=True)
        ],
    )
    await receive_stock(
        connection,
        tenant_id=tenant_id,
        receipts=[
            StockReceipt(by_code[code], quantity, f"2017-{month:02d}", month_start(month))
            for code, month, quantity in zip(
                mall.deliveries["code"].tolist(),
                mall.deliveries["month"].tolist(),
                mall.deliveries["quantity"].tolist(),
                strict=True,
            )
        ],
    )
    return by_code


async def _register(
    connection: asyncpg.Connection, tenant_id: UUID, households: list[int]
) -> dict[int, UUID]:
    refs = [f"household-{household}" for household in households]
    await register_members(
        connection, tenant_id=tenant_id, external_refs=refs, registered_at=[OPENING] * len(refs)
    )
    known = await member_ids(connection, tenant_id=tenant_id, external_refs=refs)
    return {int(ref.removeprefix("household-")): member_id for ref, member_id in known.items()}


def _lines_in(lines: pd.DataFrame, households: set[int], window: ReplayWindow) -> pd.DataFrame:
    start, end = day_bounds(window.first, window.last)
    return lines[lines["household_id"].isin(households) & lines["at"].between(start, end)]


def _in_time_order(
    tenant_id: UUID,
    grants: pd.DataFrame,
    lines: pd.DataFrame,
    member_ids: dict[int, UUID],
    item_ids: dict[str, UUID],
    window: ReplayWindow,
) -> Iterator[Earn | Redeem]:
    """Yield each month's grants (from January on, whatever the window's start) before its baskets."""
    month = 0
    for basket_id, household, at, asked in each_basket(lines):
        while month < at.astimezone(OPENING.tzinfo).month:
            month += 1
            yield from _grants(tenant_id, grants, member_ids, month)
        wanted = tuple((item_ids[code], quantity) for code, quantity in asked)
        yield Redeem(
            tenant_id=tenant_id,
            member_id=member_ids[household],
            key=f"basket-{basket_id}",
            body_hash=_hash("basket", household, asked),
            at=at,
            redemption_id=uuid7(at),
            asked=wanted,
        )
    while month < window.last.month:
        month += 1
        yield from _grants(tenant_id, grants, member_ids, month)


def _grants(tenant_id: UUID, grants: pd.DataFrame, member_ids: dict[int, UUID], month: int) -> Iterator[Earn]:
    at = month_start(month).astimezone(UTC)
    for household, points in zip(grants["household_id"].tolist(), grants["points"].tolist(), strict=True):
        yield Earn(
            tenant_id=tenant_id,
            member_id=member_ids[household],
            key=f"grant-{household}-{month:02d}",
            body_hash=_hash("grant", household, month, points),
            at=at,
            transfer_id=uuid7(at),
            points=points,
            kind="grant",
            reference=f"2017-{month:02d}",
        )


def _check_forward(fresh: list[Earn | Redeem], newest: dict[UUID, datetime]) -> None:
    """Refuse baskets older than what their member has redeemed: the points of their day may be gone."""
    for command in fresh:
        last = newest.get(command.member_id)
        if isinstance(command, Redeem) and last is not None and command.at < last:
            raise ReplayRefused(
                f"a replay goes forward in time, and baskets up to {last.astimezone(OPENING.tzinfo):%Y-%m-%d} are "
                "in already; replay into an empty data folder to begin earlier"
            )


def _hash(*parts: object) -> bytes:
    return sha256(msgspec.json.encode(parts)).digest()
