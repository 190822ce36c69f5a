"""A tenth of the members is chosen for good, and sees the mall first."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from transactional.pilot.domain import Pilot, is_chosen

PILOT = {"starts_on": "2026-03-02", "ends_on": "2026-03-08", "set_by": "li.na"}


def test_about_the_share_is_chosen_and_a_larger_share_keeps_them():
    members = [UUID(int=n * 7919) for n in range(20_000)]
    tenth, fifth = (Pilot("0" * 32, share, date(2026, 3, 1), date(2026, 3, 8)) for share in (1000, 2000))
    chosen = {member for member in members if is_chosen(tenth, member)}
    # Five standard deviations of a draw of 20,000.
    assert abs(len(chosen) - 2000) < 212
    assert chosen < {member for member in members if is_chosen(fifth, member)}
    other = Pilot("1" * 32, 1000, date(2026, 3, 1), date(2026, 3, 8))
    assert chosen != {member for member in members if is_chosen(other, member)}


@pytest.fixture
def sees(client, shop):
    async def sees():
        told = (await client.get(f"/v1/members/{shop.member}/pilot")).json()
        return told["is_chosen"], told["sees_mall"]

    return sees


async def test_the_share_sees_the_mall_first(client, sees, clock, owner):
    assert (await client.get("/v1/pilot")).status_code == 404
    told = await client.put("/v1/pilot", json=PILOT)
    assert told.json() == {"share_bp": 1000, "starts_on": "2026-03-02", "ends_on": "2026-03-08"}
    await client.put("/v1/pilot", json=PILOT | {"share_bp": 10_000})
    assert await sees() == (True, False)
    clock.now += timedelta(days=1)
    assert await sees() == (True, True)
    fixed = await client.put("/v1/pilot", json=PILOT)
    assert fixed.json()["type"] == "urn:pointmart:problem:pilot-begun"
    longer = PILOT | {"share_bp": 10_000, "ends_on": "2026-03-20"}
    assert (await client.put("/v1/pilot", json=longer)).json()["ends_on"] == "2026-03-20"
    await owner.execute("update mall.pilot set share_bp = 1, salt = repeat('0', 32)")
    assert await sees() == (False, False)
    clock.now += timedelta(days=30)
    assert await sees() == (False, True)


async def test_the_database_chooses_whom_the_service_chooses(owner):
    """The warehouse's macro is this expression in DuckDB's words."""
    pilot = Pilot("ab" * 16, 1000, date(2026, 3, 1), date(2026, 3, 8))
    members = [UUID(int=n) for n in range(500)]
    rows = await owner.fetch(
        "select m, (('x' || substr(md5($2 || m::text), 1, 8))::bit(32)::bigint % 10000) < 1000 as is_chosen "
        "from unnest($1::uuid[]) m",
        members, pilot.salt,
    )  # fmt: skip
    assert {row["m"]: row["is_chosen"] for row in rows} == {m: is_chosen(pilot, m) for m in members}
