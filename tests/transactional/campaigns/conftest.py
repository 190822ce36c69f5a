"""Campaigns of the small shop, and members with points."""

from datetime import timedelta

import pytest

from tests.transactional.conftest import NOON


@pytest.fixture
def campaign(client, clock):
    """Drafts and approves a campaign that runs for ten days from now; returns its id."""

    async def run(*, approve=True, **terms) -> str:
        body = {
            "reference": "c1", "kind": "festival", "name_zh": "年货节", "name_en": "New Year fair",
            "starts_at": NOON.isoformat(), "ends_at": (NOON + timedelta(days=10)).isoformat(),
            "budget_points": 1000, "created_by": "ops",
        } | terms  # fmt: skip
        drafted = await client.post("/v1/campaigns", json=body)
        assert drafted.status_code == 201, drafted.text
        campaign_id = drafted.json()["campaign_id"]
        if approve:
            approved = await client.post(
                f"/v1/campaigns/{campaign_id}/approval", json={"approved_by": "boss", "if_revision": 0}
            )
            assert approved.status_code == 200, approved.text
        return campaign_id

    return run


@pytest.fixture
def used(client):
    """Tells what is used of a campaign's budget."""

    async def tell(campaign_id: str) -> int:
        return (await client.get(f"/v1/campaigns/{campaign_id}")).json()["used_points"]

    return tell
