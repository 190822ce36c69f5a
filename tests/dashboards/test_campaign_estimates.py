"""What the past says of a campaign that is drafted, and that it counts as the mall does."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import streamlit as st

from dashboards.campaign_desk.draft import Draft
from dashboards.campaign_desk.estimate import Estimate, estimate, offers
from dashboards.marts import TenantMarts
from dashboards.release import current_release
from tests import literal_release as literal
from tests.dashboards.campaign_world import add_campaign_world
from transactional.campaigns.benefit import Campaign

TODAY = date(2026, 4, 1)


@pytest.fixture
def marts(literal_release: Path) -> TenantMarts:
    literal.publish(literal_release, "campaign-world", add_campaign_world)
    st.cache_data.clear()
    return TenantMarts(current_release(literal_release), literal.ACORN)


def drafted(last: date = date(2026, 4, 8), **terms: Any) -> Draft:
    return Draft("festival", "春茶节", "Spring tea fair", date(2026, 4, 2), last, **terms)


def told(marts: TenantMarts, **terms: Any) -> Estimate:
    found = estimate(marts, drafted(**terms), offers(marts, TODAY))
    assert found is not None
    return found


def engine(draft: Draft) -> Campaign:
    multiplier = draft.multiplier
    return Campaign(
        UUID(int=1), begin(draft.first), begin(draft.last), True, 10**9,
        earning=None if multiplier is None else (multiplier.numerator, multiplier.denominator),
        discount_bp=None if draft.discount is None else draft.discount * 100,
    )  # fmt: skip


def begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def test_extra_points_are_of_each_earning_rounded_down(marts: TenantMarts) -> None:
    found = told(marts, factor=1.5)

    # 105 and 11 earned by one member on a day, 999 by the other: 52 + 5 and 499.
    (past,) = found.pasts
    assert (past.first, past.last) == (date(2026, 3, 25), date(2026, 3, 31))
    assert (found.audience, past.members, past.points) == (2, 2, 52 + 5 + 499)
    by_engine = engine(drafted(factor=1.5))
    at = by_engine.starts_at
    assert past.points == sum(by_engine.extra_for(points, at) for points in (105, 11, 999))
    assert found.cost_fen(past.points) == 445


def test_no_member_is_given_more_than_their_part(marts: TenantMarts) -> None:
    (past,) = told(marts, factor=1.5, limit=60).pasts

    assert past.points == 57 + 60
    assert past.daily["points"].tolist() == [57, 60]


@pytest.mark.parametrize(
    ("terms", "audience", "points"),
    [
        ({"audience": "rfm", "groups": ("champion",)}, 1, 57),
        ({"audience": "life_cycle", "groups": ("new",)}, 1, 499),
        ({"audience": "rfm", "groups": ()}, 0, 0),
        # The warehouse does not know who is in a tier: all members are the most it can be.
        ({"audience": "tiers", "groups": ("gold",)}, 2, 556),
    ],
)
def test_only_the_audience_counts(
    marts: TenantMarts, terms: dict[str, Any], audience: int, points: int
) -> None:
    found = told(marts, factor=1.5, **terms)

    assert (found.audience, found.pasts[0].points) == (audience, points)
    assert found.is_most == (terms["audience"] == "tiers")


def test_member_days_count_as_many_days_as_there_are(marts: TenantMarts) -> None:
    (past,) = told(marts, factor=2.0, member_days=(date(2026, 4, 3),)).pasts

    assert (past.first, past.last, past.points) == (date(2026, 3, 31), date(2026, 3, 31), 999)


def test_lowered_prices_count_what_was_redeemed(marts: TenantMarts) -> None:
    # A piece of rice at 200 was redeemed on the 20th, tea only in February.
    long = {"last": date(2026, 4, 16)}
    by_discount = estimate(
        marts, drafted(**long, discount=15, categories=(literal.FOOD,)), offers(marts, TODAY)
    )
    own = estimate(marts, drafted(**long, items={str(literal.RICE): 120}), offers(marts, TODAY))

    assert by_discount is not None
    assert own is not None
    assert [(one.pasts[0].members, one.pasts[0].points) for one in (by_discount, own)] == [(1, 30), (1, 80)]


def test_a_price_is_lowered_as_the_mall_does() -> None:
    for discount in (1, 15, 33, 99):
        draft = drafted(discount=discount, categories=("food",))
        prices = [draft.price_of("any", "food", plain) for plain in range(1, 300)]
        assert prices == [engine(draft).price_of(plain, None) for plain in range(1, 300)]
    own = drafted(items={"tea": 80})
    assert [own.price_of("tea", "food", plain) for plain in (60, 100)] == [60, 80]
    assert own.price_of("rice", "food", 100) == 100


def test_a_budget_lasts_until_what_is_asked_is_more(marts: TenantMarts) -> None:
    (past,) = told(marts, factor=1.5).pasts

    # 57 on the fourth day and 499 on the seventh.
    assert [past.lasts(budget) for budget in (10, 57, 555, 556)] == [4, 7, 7, None]


def test_a_tenant_without_facts_has_no_past(marts: TenantMarts) -> None:
    stranger = TenantMarts(marts.release, UUID(int=9))

    assert estimate(stranger, drafted(factor=2.0), offers(stranger, TODAY)) is None
