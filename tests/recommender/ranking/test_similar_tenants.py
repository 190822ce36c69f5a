"""What other tenants may tell: means of shares that enough members and tenants stand behind."""

import pandas as pd
import pytest

from recommender.ranking.similar_tenants import TAKEN_COLUMNS, similar_shares


def taken(*rows):
    """Return rows (tenant, industry, category, members, taken) as a frame."""
    return pd.DataFrame(
        [
            (tenant, industry, "category", value, members, count)
            for tenant, industry, value, members, count in rows
        ],
        columns=list(TAKEN_COLUMNS),
    )


BANKS = [
    ("b1", "bank", "tea", 60, 75), ("b1", "bank", "mugs", 25, 25),
    ("b2", "bank", "tea", 40, 50), ("b2", "bank", "mugs", 24, 50),
]  # fmt: skip


def test_shares_are_the_mean_of_the_tenants_whatever_their_size():
    shares = similar_shares(taken(*BANKS), tenant_id="new", industry="bank")
    assert shares == {"category": {"tea": pytest.approx((0.75 + 0.5) / 2)}}


def test_a_share_needs_two_tenants_of_twenty_five_members_each():
    found = taken(*BANKS, ("b3", "bank", "mugs", 25, 30), ("b3", "bank", "tea", 30, 30))
    assert similar_shares(found, tenant_id="new", industry="bank")["category"]["mugs"] == pytest.approx(0.375)
    assert similar_shares(taken(*BANKS[:2]), tenant_id="new", industry="bank") == {}


def test_a_tenant_is_told_nothing_of_itself():
    assert similar_shares(taken(*BANKS), tenant_id="b1", industry="bank") == {}


def test_other_industries_speak_where_ones_own_is_silent():
    shops = [("r1", "retail", "rice", 90, 90), ("r2", "retail", "rice", 90, 90)]
    found = taken(*BANKS, *shops)
    assert set(similar_shares(found, tenant_id="new", industry="bank")["category"]) == {"tea"}
    assert set(similar_shares(found, tenant_id="new", industry="airline")["category"]) == {"tea", "rice"}


def test_what_has_no_label_is_not_told():
    rows = [("b1", "bank", "", 90, 90), ("b2", "bank", "", 90, 90)]
    assert similar_shares(taken(*rows), tenant_id="new", industry="bank") == {}


def test_nothing_taken_anywhere_tells_nothing():
    assert similar_shares(taken(), tenant_id="new", industry="bank") == {}
