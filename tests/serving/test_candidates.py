"""Which items the literal release puts forward, by policy."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from serving.recommendations.candidates import put_forward, sources_of
from serving.recommendations.domain import ListedItem, MemberState, Purse, Shop, Signal
from serving.recommendations.items import Neighbours
from serving.recommendations.released import MAKES
from serving.release_reader import ReleaseReader
from tests.literal_release import ACORN, MUG, RICE, TEA, TICKET, WATCH, publish

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
OTHERS = [UUID(int=n) for n in range(20)]


def signal(kind, item_id, age=timedelta(0)):
    return Signal(kind, item_id, "thing", age, True)


@pytest.fixture
async def release(data_dir):
    publish(data_dir / "releases", "candidates")
    reader = ReleaseReader(data_dir / "releases", makes=MAKES)
    async with reader.following(), reader.lend() as release:
        yield release


async def test_what_was_signalled_brings_its_neighbours_of_both_kinds(release):
    sources = await sources_of(release, ACORN, "recipe", [signal("view", TEA)], NOW)
    assert sources.neighbours == {TEA: Neighbours([(MUG, 0.8), (RICE, 0.4)], [(RICE, 0.7)])}
    assert sources.popular == [TEA, RICE, MUG, TICKET, WATCH]
    assert sources.new_since == datetime(2026, 3, 4, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "is_followed"), [("redemption", True), ("view", False)])
async def test_the_twenty_strongest_signals_are_followed(release, kind, is_followed):
    signals = [*(signal("click", item_id) for item_id in OTHERS), signal(kind, TEA)]
    sources = await sources_of(release, ACORN, "recipe", signals, NOW)
    assert len(sources.neighbours) == 20
    assert (TEA in sources.neighbours) == is_followed


async def test_other_policies_follow_nothing_and_put_nothing_of_the_member_forward(release):
    lists = MemberState(
        [ListedItem(OTHERS[0], "personal")],
        [ListedItem(OTHERS[1], "neighbour")],
        signals=[signal("view", OTHERS[2])],
    )
    shop = Shop({"any": {OTHERS[3]: 1.0}})
    of_all = {TEA, RICE, MUG, TICKET, WATCH}
    for policy, own in (("recipe", set(OTHERS[:4])), ("popularity", set()), ("unpersonalised", set())):
        sources = await sources_of(release, ACORN, policy, [signal("view", TEA)], NOW)
        assert bool(sources.neighbours) == (policy == "recipe")
        assert set().union(*put_forward(policy, sources, lists, Purse(100), shop)) == of_all | own
