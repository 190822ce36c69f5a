"""Look-ups in arrays written by hand: what is found, what is not, and how much of a large file is read for it."""

import re
import sys
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from serving.recommendations.arrays import LookUp, RecommendedFrom
from serving.recommendations.domain import ListedItem

OAK, ELM = UUID(int=1), UUID(int=2)
# As bytes they end in zeros, which an array of bytes does not tell.
ANN, BO, CY = (UUID(int=number << 64) for number in (1, 2, 3))
TEA, RICE, MUG = (UUID(int=number) for number in (10, 11, 12))


def keys(*of: tuple[UUID, ...]) -> np.ndarray:
    width = 16 * len(of[0])
    return np.array([b"".join(each.bytes for each in ids) for ids in of], f"S{width}")


ARRAYS = {
    "items.keys": keys((TEA,), (RICE,), (MUG,)),
    "stages": np.array(["neighbour", "personal"]),
    "members.keys": keys((OAK, ANN), (OAK, BO), (ELM, ANN)),
    # Oak's Ann: rice, tea; elm's Ann: mug.
    "lists-all.keys": keys((OAK, ANN), (ELM, ANN)),
    "lists-all.starts": np.array([0, 2, 3]),
    "lists-all.items": np.array([1, 0, 2], np.int32),
    "lists-all.stages": np.array([1, 0, 1], np.uint8),
    "lists-novel.keys": keys((OAK, ANN)),
    "lists-novel.starts": np.array([0, 1]),
    "lists-novel.items": np.array([2], np.int32),
    "lists-novel.stages": np.array([0], np.uint8),
    "taken.keys": keys((OAK, ANN)),
    "taken.starts": np.array([0, 1]),
    "taken.items": np.array([1], np.int32),
    "taken.counts": np.array([4], np.int32),
    "neighbours-together.keys": keys((OAK, TEA), (ELM, TEA)),
    "neighbours-together.starts": np.array([0, 2, 3]),
    "neighbours-together.items": np.array([2, 1, 1], np.int32),
    "neighbours-together.weights": np.array([0.8, 0.4, 0.1]),
    "neighbours-content.keys": keys((OAK, RICE)),
    "neighbours-content.starts": np.array([0, 1]),
    "neighbours-content.items": np.array([0], np.int32),
    "neighbours-content.weights": np.array([0.5]),
    "popular.keys": keys((OAK,)),
    "popular.starts": np.array([0, 3]),
    "popular.items": np.array([1, 2, 0], np.int32),
    "starting-high.keys": keys((ELM,)),
    "starting-high.starts": np.array([0, 1]),
    "starting-high.items": np.array([2], np.int32),
    "starting-high.scores": np.array([0.9]),
}


@pytest.fixture
def known() -> RecommendedFrom:
    return RecommendedFrom(ARRAYS)


@pytest.mark.parametrize(
    ("tenant_id", "member_id", "place"),
    [(OAK, ANN, 0), (OAK, BO, 1), (ELM, ANN, 2), (ELM, BO, None), (OAK, CY, None), (TEA, ANN, None)],
)  # fmt: skip
def test_a_member_has_its_place_with_its_own_tenant(known, tenant_id, member_id, place):
    assert known.place(tenant_id, member_id) == place


def test_a_list_is_of_one_tenant_and_slice(known):
    assert known.listed(0, "all") == [ListedItem(RICE, "personal"), ListedItem(TEA, "neighbour")]
    assert known.listed(0, "novel") == [ListedItem(MUG, "neighbour")]
    assert known.listed(2, "all") == [ListedItem(MUG, "personal")]
    assert known.listed(2, "novel") == []
    assert known.listed(1, "all") == []
    assert known.listed(0, "another") == []


def test_what_a_member_redeemed_is_counted(known):
    assert known.redemption_counts(0) == {RICE: 4}
    assert known.redemption_counts(2) == {}


def test_neighbours_are_of_one_tenant_and_kind(known):
    assert known.neighbours(OAK, TEA, "together") == [(MUG, 0.8), (RICE, 0.4)]
    assert known.neighbours(ELM, TEA, "together") == [(RICE, 0.1)]
    assert known.neighbours(OAK, RICE, "content") == [(TEA, 0.5)]
    assert known.neighbours(OAK, MUG, "together") == []
    assert known.neighbours(OAK, TEA, "another") == []


def test_popular_items_come_in_their_order_and_no_more_than_asked_for(known):
    assert known.popular(OAK, None) == [RICE, MUG, TEA]
    assert known.popular(OAK, 2) == [RICE, MUG]
    assert known.popular(OAK, 9) == [RICE, MUG, TEA]
    assert known.popular(ELM, None) == []


def test_newcomers_start_with_what_their_group_does(known):
    assert known.starting(ELM, "high") == [(MUG, 0.9)]
    assert known.starting(OAK, "high") == []
    assert known.starting(ELM, "any") == []


def test_a_release_in_which_nothing_is_recommended_has_no_rows():
    empty = RecommendedFrom({"members.keys": ARRAYS["members.keys"]})
    assert empty.place(OAK, ANN) == 0
    assert empty.listed(0, "all") == []
    assert empty.redemption_counts(0) == {}
    assert empty.popular(OAK, None) == []


@pytest.mark.parametrize("name", ["taken.starts", "taken.items", "taken.counts", "taken.keys"])
def test_arrays_that_do_not_belong_together_are_refused(name):
    with pytest.raises(ValueError, match="the arrays of taken do not belong together"):
        RecommendedFrom(ARRAYS | {name: np.concatenate([ARRAYS[name], ARRAYS[name]])})
    with pytest.raises(ValueError, match="the arrays of taken do not belong together"):
        RecommendedFrom({known: array for known, array in ARRAYS.items() if known != name})


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process is told what it has read of a file")
def test_finding_one_of_a_million_members_reads_the_lesser_part_of_their_ids(tmp_path):
    file = tmp_path / "members.keys.npy"
    numbers = np.zeros((1_000_000, 32), np.uint8)
    numbers[:, 15] = 1
    numbers[:, 24:] = np.arange(1_000_000).astype(">u8").view(np.uint8).reshape(-1, 8)
    np.save(file, numbers.view("S32").ravel())
    members = LookUp({"members.keys": np.load(file, mmap_mode="r").view(np.ndarray)}, "members")
    assert members.place(OAK, UUID(int=765_432)) == 765_432
    assert members.place(OAK, UUID(int=1_000_000)) is None
    # Of what is cached, some systems map two megabytes at a time: a handful of them for twenty steps.
    assert 0 < resident(file) < file.stat().st_size / 2


def resident(file: Path) -> int:
    """Return how many bytes of a file this process has mapped and read."""
    entry = Path("/proc/self/smaps").read_text().split(str(file))[1]
    found = re.search(r"^Rss: +(\d+) kB", entry, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
