"""Sets a simulated tenant up through the mall's own operations: rules, goods, members, opening stock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from orchestration.cli.world.catalogue import CLASSES, NEVER_DELISTED, Catalogue, IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.members import Members
from orchestration.cli.world.newcomers import add_newcomers
from orchestration.cli.world.particulars import describe_items, item_code
from orchestration.cli.world.presets import CATEGORIES, Preset
from orchestration.cli.world.service import DAY
from orchestration.cli.world.terms import ItemTerms, sign
from transactional.catalogue.categories import CategoryName, name_categories
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.clock import business_date
from transactional.database import Connection
from transactional.members.operations import register_members
from transactional.onboarding.importing import PastSteps, import_steps
from transactional.risk.operations import add_default_rules
from transactional.tenants.domain import Program
from transactional.tenants.operations import NewTenant, change_program, create_tenant

_FOUNDED_BEFORE = timedelta(days=800)
_CHUNK = 20_000


@dataclass(frozen=True)
class Setting:
    """A tenant that is ready for its first day: identifiers in the order of the simulation's numbers."""

    tenant_id: UUID
    members: list[UUID]
    items: list[UUID]
    suppliers: list[UUID]


async def set_up(
    connection: Connection,
    preset: Preset,
    catalogue: Catalogue,
    members: Members,
    opening_stock: IntArray,
    terms: ItemTerms,
    brands: IntArray,
    *,
    start: int,
    until: int,
    identities: Identities,
) -> Setting:
    """Create the tenant with all it has before its first day, and members that join later with their dates.

    Args:
        start, until: epoch seconds of the first and last moment of the world.
    """
    opened = datetime.fromtimestamp(start, UTC)
    founded = opened - _FOUNDED_BEFORE
    tenant_id = await create_tenant(
        connection,
        NewTenant(
            preset.code,
            preset.name,
            preset.industry,
            preset.validity_months,
            tenant_id=identities.at(founded),
            live_on=business_date(opened),
        ),
    )
    await import_steps(connection, tenant_id=tenant_id, steps=_steps(preset, business_date(opened)))
    await change_program(
        connection,
        tenant_id=tenant_id,
        program=Program(lot_validity_months=preset.validity_months, expiry_rounding="month"),
    )
    async with connection.transaction():
        await add_default_rules(connection, tenant_id=tenant_id, valid_from=founded)
    items = await _shop(connection, tenant_id, preset, catalogue, opening_stock, start, identities)
    await describe_items(connection, preset, catalogue, brands)
    first = business_date(opened)
    async with connection.transaction():
        suppliers = await sign(connection, tenant_id, items, terms, first)
        suppliers += await add_newcomers(
            connection, tenant_id, items, catalogue, terms, first, (until - start) // DAY + 1
        )
    ids = await _members(connection, tenant_id, members, start, until, identities)
    return Setting(tenant_id, ids, items, suppliers)


def _steps(preset: Preset, live_on: date) -> PastSteps:
    applied, configured, tested = (live_on - timedelta(days=days) for days in preset.taken_on_before)
    expires = live_on.replace(year=live_on.year + 20, day=1)
    return PastSteps(applied, configured, tested, live_on, f"SIM-{preset.code}", expires, "simulated buyer")


async def _shop(
    connection: Connection,
    tenant_id: UUID,
    preset: Preset,
    catalogue: Catalogue,
    opening_stock: IntArray,
    start: int,
    identities: Identities,
) -> list[UUID]:
    opened = datetime.fromtimestamp(start, UTC)
    await name_categories(connection, [CategoryName(c.code, c.name, c.name_en) for c in CATEGORIES])
    numbers = range(len(catalogue))
    codes = [item_code(preset, n) for n in numbers]
    ids = await add_items(
        connection,
        [
            NewItem(
                codes[n], catalogue.name(n), CATEGORIES[catalogue.category[n]].code,
                CATEGORIES[catalogue.category[n]].kind, CLASSES[catalogue.class_[n]],
                identities.at(opened - timedelta(days=30)),
            )
            for n in numbers
        ],
    )  # fmt: skip
    items = [ids[code] for code in codes]
    listed_from = [opened + timedelta(days=int(day)) for day in catalogue.listed_from]
    await add_offers(
        connection,
        tenant_id=tenant_id,
        offers=[
            NewOffer(
                items[n], int(catalogue.price[n]), CATEGORIES[catalogue.category[n]].handover, listed_from[n],
                listed_from[n], _listed_until(catalogue, n, opened),
            )
            for n in numbers
        ],
    )  # fmt: skip
    await receive_stock(
        connection,
        tenant_id=tenant_id,
        receipts=[StockReceipt(items[n], int(opening_stock[n]), "opening", opened) for n in numbers],
    )
    return items


def _listed_until(catalogue: Catalogue, item: int, opened: datetime) -> datetime | None:
    day = int(catalogue.listed_until[item])
    return opened + timedelta(days=day) if day != NEVER_DELISTED else None


async def _members(
    connection: Connection, tenant_id: UUID, members: Members, start: int, until: int, identities: Identities
) -> list[UUID]:
    moments = [
        datetime.fromtimestamp(min(start + day * DAY + second, until), UTC)
        for day, second in zip(members.joined.tolist(), members.joined_second.tolist(), strict=True)
    ]
    ids = [identities.at(moment) for moment in moments]
    profiles, is_personalised = members.profiles(), members.is_personalised.tolist()
    for begin in range(0, len(ids), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        await register_members(
            connection,
            tenant_id=tenant_id,
            external_refs=[f"sim-{number + 1:06d}" for number in range(len(ids))[part]],
            registered_at=moments[part],
            profiles=profiles[part],
            is_personalised=is_personalised[part],
            member_ids=ids[part],
        )
    return ids
