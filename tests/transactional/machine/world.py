"""The small world in which the machine plays: one tenant, two members, four offers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from tests.transactional.reference.campaigns import Campaign
from tests.transactional.reference.exchange import Exchanges
from tests.transactional.reference.ledger import Ledger
from tests.transactional.reference.orders import Draw, Offer, Sale
from tests.transactional.reference.program import Rules
from tests.transactional.reference.shop import Shop
from tests.transactional.reference.trades import Terms
from tests.transactional.reference.wallet import Wallet
from transactional.tenants.domain import Program, Rate

# One minute before a business day ends, two days before a month without a 30th.
START = datetime(2026, 1, 30, 15, 59, tzinfo=UTC)
LONG_AGO = START - timedelta(days=400)

OFFERS = {
    "tea": Offer(7, "pickup"),
    "pot": Offer(30, "shipping", cash=(2_000, 7_000)),
    "card": Offer(11, "instant", is_coded=True, cash=(0, 0)),
    "past": Offer(5, "pickup", until=START + timedelta(days=20)),
}
PIECES = {"tea": 30, "pot": 6, "card": 5, "past": 5}
# Six teas are set aside for a sale of ten days.
SALE_ID = UUID(int=900)
SALE_PRICE, SALE_PIECES, SALE_LIMIT = 4, 6, 3
SALE_ENDS = START + timedelta(days=10)


@dataclass(frozen=True)
class DrawTerms:
    """A draw that begins at the start; prizes are pieces by the name of their item, the first prize first."""

    price: int
    ends: datetime
    tickets: int
    limit: int
    prizes: tuple[tuple[str, int], ...]


# Of both some tickets lose, if enough are sold; prizes are shipped, picked up, or codes.
DRAWS = {
    UUID(int=910): DrawTerms(5, START + timedelta(days=3), 5, 3, (("pot", 1), ("tea", 2))),
    UUID(int=911): DrawTerms(3, START + timedelta(days=25), 8, 5, (("card", 1), ("pot", 1))),
}
# What is set aside for the sale and the draws.
ASIDE = Counter({"tea": SALE_PIECES})
for _terms in DRAWS.values():
    for _name, _pieces in _terms.prizes:
        ASIDE[_name] += _pieces


@dataclass(frozen=True)
class CampaignTerms:
    """A campaign by the names of items; `first_only`: it is for a segment that only the first member is in."""

    starts: datetime
    ends: datetime
    budget: int
    limit: int | None = None
    first_only: bool = False
    earning: tuple[int, int] | None = None
    days: frozenset[date] = frozenset()
    prices: Mapping[str, int] = field(default_factory=dict)
    cheaper: tuple[str, ...] = ()
    off_bp: int | None = None


# Budgets are such that what is given often ends one point short of them. Days of more points, some of them on a day that ends one minute after the start; prices that two campaigns lower.
_DAY = timedelta(days=1)
CAMPAIGNS = {
    UUID(int=920): CampaignTerms(
        START, START + 12 * _DAY, 45, 31, earning=(5, 3),
        days=frozenset({date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 4)}),
    ),
    UUID(int=921): CampaignTerms(START + _DAY, START + 30 * _DAY, 71, first_only=True, earning=(3, 1)),
    UUID(int=922): CampaignTerms(
        START, START + 6 * _DAY, 13, 9, prices={"tea": 5}, cheaper=("pot", "card"), off_bp=2_050
    ),
    UUID(int=923): CampaignTerms(START - _DAY, START + 25 * _DAY, 11, first_only=True, prices={"tea": 4, "card": 12}),
}  # fmt: skip
# The 16 bytes that stand for an address, and for a device on the blocklist.
ADDRESS, BARRED = b"a" * 16, b"b" * 16
# The partner's points are pending for days when they are earned, which must not matter to those exchanged.
PARTNER_RULES = Rules(months=1, pending_days=2, rounding="month", policy="unlimited", grace_days=0)
AGREED_UNTIL = START + timedelta(days=60)


def terms_of(rules: Rules) -> Terms:
    """Return what the tenant and its partner have agreed on."""
    return Terms(*rules.exchange, a_member_a_day=50, all_a_day=80, fen_per_100=333, ends=AGREED_UNTIL)


@dataclass(frozen=True)
class World:
    """The ids of what there is; the partner's members are linked with the tenant's, each with one."""

    tenant: UUID
    members: tuple[UUID, UUID]
    items: dict[str, UUID]
    partner: UUID
    partner_members: tuple[UUID, UUID]


def program_of(rules: Rules) -> Program:
    """Return the rules as the engine knows them."""
    return Program(
        lot_validity_months=rules.months,
        pending_days=rules.pending_days,
        expiry_rounding=rules.rounding,  # type: ignore[arg-type]
        return_policy=rules.policy,  # type: ignore[arg-type]
        refund_grace_days=rules.grace_days,
        cash=rules.cash and Rate(*rules.cash),
        cash_share_min_bp=rules.least_cash,
        cash_share_max_bp=rules.most_cash,
        offset=rules.offset and Rate(*rules.offset),
        payment_minutes=rules.payment_minutes,
        review_hours=rules.review_hours,
        confirmation_hours=rules.confirmation_hours,
    )


def slow_mall(world: World, rules: Rules) -> Exchanges:
    """Return the reference model of a world in which nothing has happened yet."""
    ledger = Ledger(rules, {member: Wallet() for member in world.members})
    offers = {world.items[name]: offer for name, offer in OFFERS.items()}
    pieces = {world.items[name]: pieces - ASIDE[name] for name, pieces in PIECES.items()}
    sale = Sale(world.items["tea"], SALE_PRICE, START, SALE_ENDS, SALE_PIECES, SALE_LIMIT)
    draws = {
        draw_id: Draw(
            terms.price, START, terms.ends, terms.tickets, terms.limit,
            tuple((world.items[name], pieces) for name, pieces in terms.prizes),
        )
        for draw_id, terms in DRAWS.items()
    }  # fmt: skip
    for name, terms in CAMPAIGNS.items():
        ledger.campaigns.append(
            Campaign(
                name, terms.starts, terms.ends,
                frozenset(world.members[:1] if terms.first_only else world.members), terms.budget, terms.limit,
                Fraction(*(terms.earning or (1, 1))), terms.days,
                {world.items[item]: price for item, price in terms.prices.items()},
                frozenset(world.items[item] for item in terms.cheaper), Fraction(terms.off_bp or 0, 10_000),
            )
        )  # fmt: skip
    return Exchanges(
        ledger, offers, pieces, {SALE_ID: sale}, draws=draws, partner_name=world.partner,
        partner=Shop(Ledger(PARTNER_RULES, {member: Wallet() for member in world.partner_members}), {}, {}),
        links=dict(zip(world.members, world.partner_members, strict=True)), terms=terms_of(rules),
    )  # fmt: skip
