"""The lists as a file: some members at a time, so that memory does not grow with them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from recommender.ranking.model import RankingModel

_MEMBERS_AT_ONCE = 10_000
_SCHEMA = pa.schema(
    [
        pa.field("member_id", pa.string(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
    ]
)


def write_recommendations(
    model: RankingModel,
    out: Path,
    *,
    members: Sequence[str],
    length: int,
    exclude_seen: bool,
    advance: Callable[[int, int], None],
) -> int:
    """Write the lists of members, best first, whole or not at all; return how many rows."""
    half = out.with_suffix(".half")
    rows = 0
    with pq.ParquetWriter(half, _SCHEMA) as writer:
        for start in range(0, len(members), _MEMBERS_AT_ONCE):
            part = members[start : start + _MEMBERS_AT_ONCE]
            lists = model.recommend(part, length, exclude_seen=exclude_seen)
            lists = lists.rename(columns={"recommendation_rank": "rank"})[_SCHEMA.names]
            writer.write_table(pa.Table.from_pandas(lists, schema=_SCHEMA, preserve_index=False))
            rows += len(lists)
            advance(start + len(part), len(members))
    half.replace(out)
    return rows
