"""What to show newcomers: the day-one rule, outweighed by what newcomers really take as it becomes known."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.frames import refuse_rows, require_columns, require_text, require_times, typed_frame
from recommender.ranking.attributes import Items
from recommender.ranking.interactions import Interactions
from recommender.ranking.popularity import Popularity
from recommender.ranking.similar_tenants import Shares
from recommender.ranking.starting_rule import GROUPS, preset
from recommender.ranking.traits import ASPECTS, Traits, traits_of

STARTING_ITEM_COLUMNS = {
    "member_group": "str",
    "item_id": "str",
    "score": "float64",
    "starting_rank": "int64",
}
STARTING_GROUP_COLUMNS = {"member_group": "str", "from_points": "int64", "until_points": "Int64"}
# Of positive balances; between the two nobody is called high or low.
_LOW_SHARE, _HIGH_SHARE = 0.3, 0.7
_NEWCOMER_DAYS = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StartingResult:
    """The tables of a cold start: `STARTING_ITEM_COLUMNS` and `STARTING_GROUP_COLUMNS`."""

    starting_items: pd.DataFrame
    starting_groups: pd.DataFrame


def train_cold_start(
    past: Interactions,
    *,
    items: Items,
    members: pd.DataFrame,
    industry: str,
    similar: Shares | None = None,
    eligible_item_ids: Collection[str] | None = None,
    evidence_members: int = 50,
    list_length: int = 500,
) -> StartingResult:
    """Return for each group of newcomers the items of one tenant to show first.

    Beliefs follow each other, each a mean of the one before and of evidence, which counts n / (n + `evidence_members`)
    if it is of n members: (1) the industry's preset, moved to the shares of similar tenants; (2) what members of this
    tenant took lately; (3) what its newcomers took in their first 30 days; then of each group (4) the belief (3) times
    the day-one rule, and what that group's newcomers took. By default 50 members count as much as the belief: among so
    many, an item that one in fifty takes has been taken about once, give or take one; on simulated malls of 10 to 3,000
    newcomers 50 to 100 rank best.

    Args:
        items: what is listed and was never taken is shown, too.
        members: member_id, registered_at (UTC); optionally points (balance now), starting_points (balance before the
            first redemption) and profile. Groups of which no member is known rest on the rule.
        similar: shares by aspect and value (see `similar_tenants`).

    Raises:
        InvalidFrame: the members lack a column or hold a value that cannot be used.
    """
    shown = items if eligible_item_ids is None else items.of(eligible_item_ids)
    groups = starting_groups(members)
    beginnings = _beginnings(past, members, groups)
    traits = traits_of(shown)
    lately = _lately(past, shown.item_ids)
    belief = _moved(preset(industry, traits), traits, similar or {})
    belief = _blended(_spread(belief, traits, lately), lately, len(past.member_ids) / evidence_members)

    def taken_by(group: str) -> tuple[Floats, float]:
        """Return how many newcomers of a group took each item, and how much that counts."""
        found = beginnings[beginnings["member_group"] == group]
        item = pd.Index(shown.item_ids).get_indexer(pd.Index(found["item_id"]))
        counts = np.bincount(item[item >= 0], minlength=len(shown.item_ids)).astype(np.float64)
        return counts, found["member"].nunique() / evidence_members

    anybody = _blended(belief, *taken_by("any"))
    tables = [_table("any", anybody, shown.item_ids, list_length)]
    for group in [name for name in GROUPS if name != "any"]:
        prior = anybody * GROUPS[group].weights(traits)
        tables.append(_table(group, _blended(prior, *taken_by(group)), shown.item_ids, list_length))
    return StartingResult(pd.concat(tables, ignore_index=True), groups)


def starting_groups(members: pd.DataFrame) -> pd.DataFrame:
    """Return the balances of the groups high and low (see `STARTING_GROUP_COLUMNS`); no rows without any balance.

    High is above the 70th percentile of positive balances, low below the 30th; `until_points` is the first balance
    that is not low.
    """
    require_columns(members, ("member_id", "registered_at"))
    points = np.zeros(0)
    if "points" in members.columns:
        points = members["points"].to_numpy(dtype=np.float64, na_value=np.nan)
    points = points[points > 0]
    if not len(points):
        return typed_frame(STARTING_GROUP_COLUMNS)
    low, high = np.quantile(points, [_LOW_SHARE, _HIGH_SHARE], method="inverted_cdf").astype(np.int64)
    return typed_frame(
        STARTING_GROUP_COLUMNS,
        {"member_group": ["high", "low"], "from_points": [high + 1, 0], "until_points": [pd.NA, low]},
    )


def _beginnings(past: Interactions, members: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Return member_group, member (code), item_id, once each, of what members took in their first 30 days."""
    ids = require_text(members["member_id"])
    refuse_rows(ids, ids.duplicated(), "a member must come once")
    known = pd.DataFrame({"registered_at": require_times(members["registered_at"])})
    for column in ("starting_points", "profile"):
        known[column] = members[column] if column in members.columns else None
    known = known.set_index(pd.Index(ids)).reindex(pd.Index(past.member_ids))
    registered_at = known["registered_at"].dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    age = past.occurred_at - registered_at[past.member_codes]
    is_new = (age >= np.timedelta64(0)) & (age < np.timedelta64(_NEWCOMER_DAYS, "D"))
    rows = np.flatnonzero(is_new)
    member = past.member_codes[rows]
    found = pd.DataFrame({"member": member, "item_id": past.item_ids[past.item_codes[rows]]})
    points = known["starting_points"].to_numpy(dtype=np.float64, na_value=np.nan)[member]
    parts = [found.assign(member_group="any"), found.assign(member_group=known["profile"].to_numpy()[member])]
    for group, least, until in groups.itertuples(index=False):
        belongs = (points >= least) & (points < (np.inf if pd.isna(until) else until))
        parts.append(found[belongs].assign(member_group=group))
    return pd.concat(parts).drop_duplicates()


def _lately(past: Interactions, item_ids: NDArray[np.object_]) -> Floats:
    """Return the recent popularity of these items, 0 where nobody ever took one."""
    if not len(past):
        return np.zeros(len(item_ids))
    popularity = Popularity().fit(past)
    found = pd.Series(popularity.share_, index=pd.Index(popularity.item_ids_)).reindex(pd.Index(item_ids))
    return found.fillna(0.0).to_numpy(dtype=np.float64)


def _moved(weights: Floats, traits: Traits, similar: Shares) -> Floats:
    """Move weight between the values of each aspect that similar tenants tell of, until it is shared as there.

    What they tell nothing of keeps its weight: raking (Deming and Stephan, Annals of Mathematical Statistics 1940), once
    through the aspects.
    """
    for aspect in ASPECTS:
        labels = getattr(traits, aspect)
        shares = np.array([similar.get(aspect, {}).get(label, 0.0) for label in labels])
        told = shares > 0
        if not told.any():
            continue
        codes, _ = pd.factorize(labels)
        of_value = np.bincount(codes, weights)[codes]
        moved = weights * shares / of_value
        weights = np.where(told, moved * (weights[told].sum() / moved[told].sum()), weights)
    return weights


def _spread(weights: Floats, traits: Traits, lately: Floats) -> Floats:
    """Spread the weight of each category and price band over its items: by popularity where it is known.

    What nobody took stands below what somebody did, the lower the farther its price is from the category's median.
    """
    cell = pd.MultiIndex.from_arrays([traits.category, traits.band]).factorize()[0]
    known = lately > 0
    least = pd.Series(lately).where(known).groupby(cell).transform("min").fillna(1.0).to_numpy()
    within = np.where(known, lately, 0.5 * least * traits.closeness)
    spread: Floats = np.bincount(cell, weights)[cell] * within / np.bincount(cell, within)[cell]
    return spread


def _blended(prior: Floats, counts: Floats, weight: float) -> Floats:
    """Return the mean of a belief and of what was taken, which counts `weight` times as much; both become shares."""
    prior = prior / prior.sum()
    if not counts.sum():
        return prior
    blended: Floats = (prior + weight * counts / counts.sum()) / (1.0 + weight)
    return blended


def _table(group: str, shares: Floats, item_ids: NDArray[np.object_], length: int) -> pd.DataFrame:
    order = np.argsort(-shares, kind="stable")[:length]
    return typed_frame(
        STARTING_ITEM_COLUMNS,
        {
            "member_group": np.full(len(order), group, dtype=object),
            "item_id": item_ids[order],
            "score": shares[order] / shares.max(initial=0.0) if len(order) else shares[order],
            "starting_rank": np.arange(1, len(order) + 1),
        },
    )
